package enum MartletMain { package static func run() {} }
