//! The image as it was installed.
use crate::vps::Vps;

#[test]
fn a_fresh_server() {
    let Some(vps) = Vps::boot() else { return };
    for p in ["ssh", "listeners"] {
        println!("{:#}", vps.seaworthy(&format!("check -p {p}")));
    }
    println!(
        "{}",
        vps.run("seaworthy check -p ssh; seaworthy check -p listeners")
            .stdout
    );
    println!("{:#}", vps.seaworthy("facts os"));
    println!("{:?}", vps.run("ip link add a type veth peer name b; ip a; cat /etc/shadow | head -3; cat /etc/ssh/sshd_config | grep -v ^#; ls -la /etc/ssh /etc/ssh/sshd_config.d; sshd -V; seaworthy facts processes | grep -n cgroup -A3 | head -40"));
}
