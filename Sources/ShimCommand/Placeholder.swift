package enum ShimMain { package static func run() {} }
