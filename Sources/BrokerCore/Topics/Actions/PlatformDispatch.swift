import Bytes

/// The actions of SNS on platform applications, devices and SMS settings.
extension Broker {
    mutating func performOnPlatform(
        _ action: TopicAction, from caller: Caller, at now: Moment, into sink: any RecordSink
    ) throws(BrokerError) -> TopicOutcome {
        switch action {
        case .createPlatformApplication(let create):
            let arn = try perform(create, from: caller, at: now, into: sink)
            return .platformApplication(arn: arn)
        case .deletePlatformApplication(let request):
            try performDeletePlatform(request, from: caller, at: now, into: sink)
            return .done
        case .getPlatformApplicationAttributes(let request):
            return .attributes(try platform(request.arn, from: caller).shownAttributes)
        case .setPlatformApplicationAttributes(let set):
            try performSetPlatformAttributes(set, from: caller, at: now, into: sink)
            return .done
        case .listPlatformApplications(let list):
            return try performListPlatforms(list, from: caller)
        case .createPlatformEndpoint(let create):
            let arn = try perform(create, from: caller, at: now, into: sink)
            return .platformEndpoint(arn: arn)
        case .deleteEndpoint(let request):
            try performDeleteDevice(request, from: caller, at: now, into: sink)
            return .done
        case .getEndpointAttributes(let request):
            return .attributes(try device(request.arn, from: caller).attributes)
        case .setEndpointAttributes(let set):
            try performSetDeviceAttributes(set, from: caller, at: now, into: sink)
            return .done
        case .listEndpointsByPlatformApplication(let list):
            return try performListDevices(list, from: caller)
        default:
            return try performOnSMS(action, from: caller, at: now, into: sink)
        }
    }

    private mutating func performOnSMS(
        _ action: TopicAction, from caller: Caller, at now: Moment, into sink: any RecordSink
    ) throws(BrokerError) -> TopicOutcome {
        switch action {
        case .getSMSAttributes(let get): return .attributes(try perform(get, from: caller))
        case .setSMSAttributes(let set):
            try performSetSMSAttributes(set, from: caller, at: now, into: sink)
            return .done
        case .checkIfPhoneNumberIsOptedOut(let request):
            let number = try phoneNumber(request)
            return .truth(smsSettings(of: caller).optedOut.contains(number))
        case .listPhoneNumbersOptedOut(let list):
            return try performListOptedOut(list, from: caller)
        case .optInPhoneNumber(let request):
            try performOptIn(request, from: caller, at: now, into: sink)
            return .done
        case .getSMSSandboxAccountStatus:
            return .truth(true)
        case .createSMSSandboxPhoneNumber(let create):
            try perform(create, from: caller, at: now, into: sink)
            return .done
        case .verifySMSSandboxPhoneNumber(let verify):
            try perform(verify, from: caller, at: now, into: sink)
            return .done
        case .deleteSMSSandboxPhoneNumber(let request):
            try performDeleteSandboxNumber(request, from: caller, at: now, into: sink)
            return .done
        case .listSMSSandboxPhoneNumbers(let list):
            return try performListSandboxNumbers(list, from: caller)
        case .listOriginationNumbers(let list):
            return try performListOriginationNumbers(list)
        default:
            preconditionFailure("publishing and the actions on topics are performed before")
        }
    }
}
