//! What can be typed. Help texts say what happens, not how.

use crate::finding::Severity;
use clap::builder::PossibleValue;
use clap::{Args as ClapArgs, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use std::path::PathBuf;

/// Is this Linux server fit to run a self-hosted trading bot?
#[derive(Parser)]
#[command(
    name = "seaworthy",
    version,
    max_term_width = 100,
    arg_required_else_help = true
)]
pub(super) struct Args {
    #[command(subcommand)]
    pub(super) command: Command,

    /// When to use colours
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub(super) color: When,
}

/// When to use colours: `auto` looks at the terminal, NO_COLOR and CLICOLOR_FORCE.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum When {
    Auto,
    Always,
    Never,
}

#[derive(Subcommand)]
pub(super) enum Command {
    /// Judge this host against a policy
    #[command(after_help = CHECK_HELP)]
    Check(Check),
    /// Print what was read of this host, for `check --facts` or to read
    Facts(Facts),
    /// Follow one question to the line that decides it
    Trace(Trace),
    /// Say what a check or a rule is about
    Explain(Explain),
    /// Look at policies
    Policy(Policy),
    /// Print generated files
    #[command(hide = true)]
    Generate(Generate),
}

const CHECK_HELP: &str = "\
It only reads: nothing on the host is changed, and no packet is sent.

Exit status:
  0  nothing fails at or above --fail-on
  1  something does
  2  could not run: usage, policy, input or output
  3  nothing fails, but something at or above --fail-on could not be seen";

/// Where the policy comes from, and how it is adjusted.
#[derive(ClapArgs)]
pub(super) struct PolicyArgs {
    /// A policy file, a built-in name, or `-` for standard input
    /// [default: /etc/seaworthy/policy.yaml if it is there, else trading-bot]
    #[arg(short, long, value_name = "POLICY")]
    pub(super) policy: Option<String>,

    /// Set a parameter of a check, as `tune` does in a policy; repeatable
    #[arg(long, value_name = "CHECK.PARAM=VALUE")]
    pub(super) set: Vec<String>,
}

#[derive(ClapArgs)]
pub(super) struct Check {
    #[command(flatten)]
    pub(super) policy: PolicyArgs,

    #[command(flatten)]
    pub(super) host: HostArgs,

    /// Judge facts that `seaworthy facts` took, here or elsewhere; `-` for standard input
    #[arg(long, value_name = "FILE", conflicts_with_all = ["root", "fixture"])]
    pub(super) facts: Option<String>,

    /// How to report, and where to: human or json, to standard output or to a file; repeatable
    /// [default: human]
    #[arg(short, long, value_name = "FORMAT[=PATH]", value_parser = output)]
    pub(super) output: Vec<Output>,

    /// Attach a label to the report; repeatable
    #[arg(long = "label", value_name = "KEY=VALUE", value_parser = label)]
    pub(super) labels: Vec<(String, String)>,

    /// The mildest severity that makes the run fail
    #[arg(long, value_name = "SEVERITY", default_value = "high")]
    pub(super) fail_on: Severity,

    /// Run only these checks: an id, a tag or a glob; repeatable
    #[arg(long, value_name = "ID|TAG|GLOB", value_delimiter = ',')]
    pub(super) only: Vec<String>,

    /// Leave these checks out: an id, a tag or a glob; repeatable
    #[arg(long, value_name = "ID|TAG|GLOB", value_delimiter = ',')]
    pub(super) skip: Vec<String>,

    /// Exit 0 instead of 3 where something could not be seen
    #[arg(long)]
    pub(super) allow_unknown: bool,

    /// Send no packet, whatever the policy asks; so far no check sends any
    #[arg(long)]
    pub(super) offline: bool,

    /// Print to standard error how long each part took
    #[arg(long)]
    pub(super) timings: bool,

    /// Print the last line alone
    #[arg(short, long, conflicts_with = "verbose")]
    pub(super) quiet: bool,

    /// Print every finding whole, and what passed
    #[arg(short, long)]
    pub(super) verbose: bool,
}

/// Which host is looked at: this one, unless something else is said.
#[derive(ClapArgs)]
pub(super) struct HostArgs {
    /// Look at the system whose root is DIR: an image, a mounted disk, a container's tree
    #[arg(long, value_name = "DIR")]
    pub(super) root: Option<PathBuf>,

    /// Look at a test host: a tree with a manifest (tests/README.md)
    #[arg(long, value_name = "DIR", hide = true, conflicts_with = "root")]
    pub(super) fixture: Option<PathBuf>,
}

#[derive(ClapArgs)]
pub(super) struct Facts {
    /// Only these facts, whether or not the policy asks for them; `sysctl=kernel.kptr_restrict` is one of several
    #[arg(value_name = "NAME[=KEY]")]
    pub(super) names: Vec<String>,

    /// How to print: json is what `check --facts` takes, human is for reading
    #[arg(long, value_name = "FORMAT", default_value = "json")]
    pub(super) format: FactsFormat,

    #[command(flatten)]
    pub(super) policy: PolicyArgs,

    #[command(flatten)]
    pub(super) host: HostArgs,
}

#[derive(ClapArgs)]
pub(super) struct Trace {
    #[command(subcommand)]
    pub(super) what: Traced,
}

/// What can be followed.
#[derive(Subcommand)]
pub(super) enum Traced {
    /// What sshd would do for a login, and which line says so
    #[command(after_help = TRACE_SSH_HELP)]
    Ssh(TraceSsh),
}

const TRACE_SSH_HELP: &str = "\
Answers as `sshd -T` of that version does, without asking it: also for an image and for recorded facts.

Exit status:
  0  answered
  1  sshd would refuse the configuration
  2  could not run: usage, or no version of sshd is known
  3  something that decides could not be seen";

#[derive(ClapArgs)]
pub(super) struct TraceSsh {
    /// The login, as `sshd -T -C` takes it: user=,host=,addr=,laddr=,lport=,rdomain=; repeatable. Without it only `Match all` fits
    #[arg(short = 'C', value_name = "SPEC")]
    pub(super) login: Vec<String>,

    /// An option of the command line, which comes before the files; repeatable
    #[arg(short = 'o', value_name = "OPTION=VALUE")]
    pub(super) options: Vec<String>,

    /// A port of the command line: those of the files do not count then; repeatable
    #[arg(short = 'p', value_name = "PORT")]
    pub(super) ports: Vec<String>,

    /// Read this file of the host, not /etc/ssh/sshd_config
    #[arg(short = 'f', value_name = "FILE")]
    pub(super) file: Option<String>,

    /// Add the options, and take the file, that the sshd which runs was started with
    #[arg(long)]
    pub(super) daemon: bool,

    /// Read the files as this version of OpenSSH does, such as 9.2p1 or 1:9.2p1-2+deb12u3 [default: the installed one]
    #[arg(long, value_name = "VERSION")]
    pub(super) sshd_version: Option<String>,

    #[command(flatten)]
    pub(super) host: HostArgs,

    /// Answer from facts that `seaworthy facts sshd-config accounts` took; `-` for standard input
    #[arg(long, value_name = "FILE", conflicts_with_all = ["root", "fixture"])]
    pub(super) facts: Option<String>,

    /// How to print: plain is what `sshd -T` prints
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    pub(super) format: TraceFormat,

    /// The same as --format plain
    #[arg(long, conflicts_with = "format")]
    pub(super) plain: bool,

    /// Only these keywords
    #[arg(value_name = "KEYWORD")]
    pub(super) keywords: Vec<String>,
}

/// A format of an answer.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum TraceFormat {
    /// With what decides
    Human,
    /// One line a value
    Plain,
    /// For programs
    Json,
}

/// A format, and the file it goes to if not to standard output.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Output {
    pub(super) format: Format,
    pub(super) path: Option<PathBuf>,
}

fn output(word: &str) -> Result<Output, String> {
    let (format, path) = match word.split_once('=') {
        Some((_, "")) => return Err("no file behind the `=`".to_owned()),
        Some((format, path)) => (format, Some(PathBuf::from(path))),
        None => (word, None),
    };
    let format = Format::from_str(format, false)?;
    Ok(Output { format, path })
}

fn label(word: &str) -> Result<(String, String), String> {
    match word.split_once('=') {
        Some((key, value)) if !key.is_empty() => Ok((key.to_owned(), value.to_owned())),
        _ => Err("not KEY=VALUE".to_owned()),
    }
}

/// A format of facts.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum FactsFormat {
    Json,
    Human,
}

/// A format of the report.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// For a person
    Human,
    /// For programs: stable and versioned
    Json,
}

#[derive(ClapArgs)]
pub(super) struct Explain {
    /// The id of a check or a rule
    #[arg(value_name = "ID")]
    pub(super) id: String,

    #[command(flatten)]
    pub(super) policy: PolicyArgs,
}

#[derive(ClapArgs)]
pub(super) struct Policy {
    #[command(subcommand)]
    pub(super) command: PolicyCommand,
}

#[derive(Subcommand)]
pub(super) enum PolicyCommand {
    /// List the built-in policies
    List,
    /// Print a policy as it stands after `extends`, `tune` and --set
    Show(PolicyArgs),
    /// Look for mistakes in a policy
    Lint(PolicyArgs),
    /// Print the JSON Schema of a policy file, for editors
    Schema,
}

#[derive(ClapArgs)]
pub(super) struct Generate {
    #[command(subcommand)]
    pub(super) what: Generated,
}

/// What can be generated.
#[derive(Subcommand)]
pub(super) enum Generated {
    /// The manual page
    Man,
    /// What a shell needs to complete commands
    Completions {
        /// Which shell
        shell: Shell,
    },
    /// The reference of checks and rules (policies/REFERENCE.md)
    Reference,
    /// The JSON Schema of a policy file (policies/schema.json)
    Schema,
    /// The JSON Schema of `check -o json`
    ReportSchema,
}

impl ValueEnum for Severity {
    fn value_variants<'a>() -> &'a [Self] {
        &Self::ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.word()))
    }
}
