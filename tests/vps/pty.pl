# Runs a command on a terminal of its own and answers its questions for a password. Prints all that it said. When a shell waits, it
# asks for `id`; when a new password is asked for, or nothing more comes, the command is ended. Arguments: the password, the command.
use strict;
use POSIX ();
my ($password, @command) = @ARGV;
sysopen(my $master, "/dev/ptmx", POSIX::O_RDWR() | POSIX::O_NOCTTY()) or die "ptmx: $!";
my $number = pack("i", 0);
ioctl($master, 0x40045431, $number) or die "TIOCSPTLCK: $!";
ioctl($master, 0x80045430, $number) or die "TIOCGPTN: $!";
my $slave = "/dev/pts/" . unpack("i", $number);
my $pid = fork // die "fork: $!";
if (!$pid) {
    close $master;
    POSIX::setsid();
    # The first terminal that a session's leader opens is its own.
    open(STDIN, "+<", $slave) or die "$slave: $!";
    open(STDOUT, ">&STDIN") or die;
    open(STDERR, ">&STDIN") or die;
    exec @command or die "$command[0]: $!";
}
my ($all, $seen, $asked) = ("", "", 0);
my $until = time + 40;
while (time < $until) {
    my $ready = "";
    vec($ready, fileno $master, 1) = 1;
    next unless select($ready, undef, undef, 1);
    last unless sysread $master, my $bytes, 4096;
    $all .= $bytes;
    $seen .= $bytes;
    last if $seen =~ /New password: ?$|login: ?$/;
    if ($seen =~ /assword: ?$/) {
        syswrite $master, "$password\n";
        $seen = "";
    } elsif ($seen =~ /[\$#] ?$/ && !$asked++) {
        syswrite $master, "id; exit\n";
        $seen = "";
    }
}
kill "KILL", $pid;
close $master;
waitpid $pid, 0;
print $all;
