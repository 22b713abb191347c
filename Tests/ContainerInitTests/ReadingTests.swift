import Testing

@testable import ContainerInit

/// Files of the kernel's and of images.
@Suite struct ReadingTests {
    @Test func hierarchiesAreFoundAmongTheMounts() {
        let found = hierarchies(
            """
            27 1 254:0 / / rw,relatime - ext4 /dev/vda rw
            31 23 0:28 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw,mode=755
            32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw,relatime - cgroup cgroup rw,cpu,cpuacct
            33 31 0:30 /docker/a /sys/fs/cgroup/memory rw - cgroup cgroup rw,xattr,memory
            40 31 0:37 / /sys/fs/cgroup/systemd rw shared:1 - cgroup cgroup rw,xattr,release_agent=/x,name=systemd
            41 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw,nsdelegate
            """)
        #expect(found.map(\.name) == ["cpu,cpuacct", "memory", "systemd", "unified"])
        #expect(found.map(\.options) == ["cpu,cpuacct", "memory", "name=systemd", ""])
        #expect(found[0].isNamed("cpu,cpuacct") && found[2].isNamed("name=systemd") && found[3].isNamed(""))
        #expect(found[1].below("/docker/a/b") == "/b")
    }

    @Test func aProcessesCgroupsAreRead() {
        let own = ownCgroups("4:memory:/a:b\n1:name=systemd:/\n0::/c\n")
        #expect(own.map(\.names) == ["memory", "name=systemd", ""])
        #expect(own.map(\.path) == ["/a:b", "/", "/c"])
    }

    @Test func aHomeIsFoundInPasswd() {
        let passwd = "root:x:0:0:root:/root:/bin/sh\nbad\nuser:x:1000:1000::/home/user:\nnone:x:7:7:::\n"
        #expect(homeDirectory(of: 1000, passwd: passwd) == "/home/user")
        #expect(homeDirectory(of: 7, passwd: passwd) == nil)
        #expect(homeDirectory(of: 8, passwd: passwd) == nil)
    }

    @Test func aNameOfAParameterBecomesAPath() {
        #expect(SysctlPlan.slashed("net.ipv4.conf.eth0/100.mtu") == "net/ipv4/conf/eth0.100/mtu")
        #expect(SysctlPlan.slashed("net/ipv4/conf/eth0.100/mtu") == "net/ipv4/conf/eth0.100/mtu")
    }
}
