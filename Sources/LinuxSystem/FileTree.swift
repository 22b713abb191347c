internal import CLinux
internal import SystemPackage

/// Removes a folder with all that is in it, not beyond mount points and not through links; that it is not there is fine.
package func removeTree(_ path: String) throws(SystemCallError) {
    if case .failure(let code) = attempt({ martlet_remove_tree(path) }), code != .noSuchFileOrDirectory {
        throw SystemCallError("nftw", path, errno: code)
    }
}
