import CRIClient
import Foundation
import Testing

extension Integration {
    /// What one container of a pod can do to the node by way of another.
    @Suite(.needsInstalledTree, .leavesNothing)
    struct PodIsolationTests {
        /// What a guest runs from: the engine, of which it is a fork, and its compiled module, which is the node's cache.
        /// Who may look into its process can open both (CVE-2019-5736), as a debugger in a pod that shares its pid
        /// namespace may.
        @Test func noContainerCanWriteToWhatAGuestRunsFrom() async throws {
            try await withPod(as: { $0.linux.securityContext.namespaceOptions.pid = .pod }) { pod in
                let guest = try await pod.start("guest", .guest("tool.wasm"), "sleep")
                try await guest.says("ready")
                let script = #"""
                    for process in /proc/[0-9]*; do
                      case $(busybox tr '\0' ' ' <$process/cmdline) in "/tool.wasm sleep "*) break ;; esac
                    done
                    echo "inode $(busybox stat -L -c %i $process/exe)"
                    for file in $process/exe $process/fd/*; do
                      [ -f $file ] || continue
                      echo "file ${file##*/}"
                      (: >>$file) && echo "written ${file##*/}"
                      busybox touch $file && echo "touched ${file##*/}"
                    done
                    echo done
                    """#
                let debugger = try await pod.start("debugger", .busybox, "sh", "-c", script) {
                    $0.linux.securityContext.capabilities.addCapabilities = ["SYS_PTRACE"]
                }
                try await debugger.ended()
                let lines = debugger.text().split(separator: "\n").map(String.init)
                var engine = stat()
                #expect(stat("\(Requirement.prefix ?? "")/libexec/martlet/martlet-engine", &engine) == 0)
                #expect(lines.first == "inode \(engine.st_ino)")
                #expect(lines.last == "done")
                let files = lines.filter { $0.hasPrefix("file ") }
                #expect(files.count >= 2 && files.first == "file exe", "\(lines)")
                #expect(!lines.contains { $0.hasPrefix("written ") || $0.hasPrefix("touched ") }, "\(lines)")
                let refusals = debugger.text("stderr").split(separator: "\n")
                // The one that stays: "Text file busy", which comes first, ends with the last pod.
                for file in files.map({ $0.dropFirst("file ".count) }) {
                    #expect(
                        refusals.contains { $0.hasSuffix("/\(file): Read-only file system") }, "\(file): \(refusals)")
                }
            }
        }
    }
}
