package enum EngineMain { package static func run() {} }
