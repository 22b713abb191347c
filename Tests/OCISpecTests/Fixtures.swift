/// Configurations such as containerd's clients write, cut down to one of each kind of thing.
enum Fixtures {
    /// As `ctr run` has it.
    static let ctr = """
        {
            "ociVersion": "1.0.2-dev",
            "process": {
                "user": {"uid": 0, "gid": 0, "additionalGids": [0, 1, 2]},
                "args": ["/hello.wasm", "a b"],
                "env": ["PATH=/usr/local/bin:/usr/bin:/bin", "LANG=C.UTF-8"],
                "cwd": "/",
                "capabilities": {
                    "bounding": ["CAP_CHOWN", "CAP_KILL"],
                    "effective": ["CAP_CHOWN", "CAP_KILL"],
                    "permitted": ["CAP_CHOWN", "CAP_KILL"]
                },
                "rlimits": [{"type": "RLIMIT_NOFILE", "hard": 1024, "soft": 1024}],
                "noNewPrivileges": true
            },
            "root": {"path": "rootfs"},
            "mounts": [
                {"destination": "/proc", "type": "proc", "source": "proc", "options": ["nosuid", "noexec", "nodev"]},
                {"destination": "/dev", "type": "tmpfs", "source": "tmpfs", "options": ["mode=755", "size=65536k"]}
            ],
            "linux": {
                "resources": {"devices": [{"allow": false, "access": "rwm"}]},
                "cgroupsPath": "/default/hello",
                "namespaces": [{"type": "pid"}, {"type": "ipc"}, {"type": "uts"}, {"type": "mount"}, {"type": "network"}],
                "maskedPaths": ["/proc/acpi", "/proc/kcore"],
                "readonlyPaths": ["/proc/bus", "/proc/sys"]
            }
        }
        """

    /// As the CRI plugin has it for a pod's container.
    static let cri = """
        {
            "ociVersion": "1.1.0",
            "process": {
                "terminal": true,
                "consoleSize": {"height": 24, "width": 80},
                "user": {"uid": 1000, "gid": 1000, "umask": 18},
                "args": ["app.wasm#serve"],
                "cwd": "/srv",
                "capabilities": {},
                "apparmorProfile": "cri-containerd.apparmor.d",
                "oomScoreAdj": -997
            },
            "root": {"path": "/run/containerd/rootfs", "readonly": true},
            "hostname": "pod-1",
            "mounts": [
                {"destination": "/etc/config", "type": "bind", "source": "/var/lib/kubelet/config",
                 "options": ["rbind", "rprivate", "ro"],
                 "uidMappings": [{"containerID": 0, "hostID": 100000, "size": 65536}]}
            ],
            "hooks": {"createRuntime": [{"path": "/bin/hook", "args": ["hook", "x"], "env": ["A=b"], "timeout": 5}]},
            "annotations": {"io.kubernetes.cri.container-type": "container", "io.kubernetes.cri.sandbox-id": "s1"},
            "linux": {
                "uidMappings": [{"containerID": 0, "hostID": 100000, "size": 65536}],
                "sysctl": {"net.ipv4.ip_unprivileged_port_start": "0"},
                "resources": {
                    "devices": [{"allow": true, "type": "c", "major": 1, "minor": 3, "access": "rw"}],
                    "memory": {"limit": 268435456, "swap": -1, "disableOOMKiller": false},
                    "cpu": {"shares": 1024, "quota": -1, "period": 100000, "cpus": "0-1"},
                    "pids": {"limit": 100},
                    "blockIO": {"weight": 500, "throttleReadBpsDevice": [{"major": 8, "minor": 0, "rate": 1048576}]},
                    "hugepageLimits": [{"pageSize": "2MB", "limit": 18446744073709551615}],
                    "unified": {"memory.high": "1000"}
                },
                "cgroupsPath": "kubepods-pod1.slice:cri-containerd:c1",
                "namespaces": [{"type": "network", "path": "/proc/42/ns/net"}, {"type": "user"}],
                "devices": [{"path": "/dev/fuse", "type": "c", "major": 10, "minor": 229, "fileMode": 438, "uid": 0}],
                "seccomp": {
                    "defaultAction": "SCMP_ACT_ERRNO",
                    "defaultErrnoRet": 1,
                    "architectures": ["SCMP_ARCH_X86_64"],
                    "syscalls": [
                        {"names": ["read", "write"], "action": "SCMP_ACT_ALLOW"},
                        {"names": ["clone"], "action": "SCMP_ACT_ALLOW", "args":
                            [{"index": 0, "value": 2114060288, "valueTwo": 0, "op": "SCMP_CMP_MASKED_EQ"}]}
                    ]
                },
                "rootfsPropagation": "rslave",
                "personality": {"domain": "LINUX"},
                "timeOffsets": {"monotonic": {"secs": -5, "nanosecs": 10}}
            }
        }
        """
}
