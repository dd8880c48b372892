//! Input that is made to hang or fill the program.
