internal import SystemPackage

extension Errno {
    /// `error-code` of `wasi:filesystem/types`, in the order of its cases. What the engine's own files never answer is
    /// left out.
    private static let cases: [(Errno, UInt8)] = [
        (.permissionDenied, 0), (.alreadyInProcess, 2), (.badFileDescriptor, 3), (.resourceBusy, 4),
        (.fileExists, 7), (.fileTooLarge, 8), (.illegalByteSequence, 9), (.nowInProgress, 10), (.interrupted, 11),
        (.invalidArgument, 12), (.ioError, 13), (.isDirectory, 14), (.tooManySymbolicLinkLevels, 15),
        (.tooManyLinks, 16), (.fileNameTooLong, 18), (.noSuchFileOrDirectory, 20), (.noMemory, 22), (.noSpace, 23),
        (.notDirectory, 24), (.directoryNotEmpty, 25), (.notSupported, 27), (.noFunction, 27), (.overflow, 30),
        (.notPermitted, 31), (.brokenPipe, 32), (.illegalSeek, 34),
    ]

    /// The case's number. What the engine has no case for is `io`.
    var fileErrorCode: UInt8 { Self.cases.first { $0.0 == self }?.1 ?? 13 }
}
