import Glibc
import Testing

@testable import BrokerServer

@Suite struct CourierMailTests {
    private let home: TemporaryDirectory

    init() throws { home = try TemporaryDirectory() }

    /// The command that runs a shell script; `$home` in it is the test's directory.
    ///
    /// The script is read, not executed: a file cannot be executed while a process that another test
    /// has just forked still holds it open for writing.
    private func script(_ lines: String) throws -> [String] {
        let path = home.directory.path(of: "command")
        let text = "home=\(home.directory.path)\n\(lines)\n"
        // Safe because both are whole strings.
        guard let file = unsafe fopen(path, "w") else { throw SystemError("fopen") }
        unsafe fputs(text, file)
        unsafe fclose(file)
        return ["/bin/sh", path]
    }

    private func text(_ name: String) -> String? {
        File.text(path: home.directory.path(of: name))
    }

    @Test func aMessageGoesToTheStandardInputOfTheCommand() throws {
        let command = try script("echo \"$@\" > $home/words; cat > $home/message")
        let harness = try CourierHarness(sendmail: command + ["-i", "-f", "apus@test"])
        harness.mail(1, to: "ann@example.com")
        #expect(harness.turn(untilResults: 1))
        #expect(harness.answer(1) == "200 ")
        #expect(text("words") == "-i -f apus@test ann@example.com\n")
        #expect(text("message") == "Subject: hello\n\nhello\n")
        #expect(harness.courier.nextDeadline == nil)
    }

    @Test func aCommandThatReadsRecipientsGetsNone() throws {
        let command = try script("echo \"$@\" > $home/words; cat > /dev/null")
        let harness = try CourierHarness(sendmail: command + ["-t", "-i"])
        harness.mail(1, to: "ann@example.com")
        #expect(harness.turn(untilResults: 1))
        #expect(text("words") == "-t -i\n")
    }

    @Test func aLargeMessageGoesThroughInPieces() throws {
        let command = try script("cat > $home/message")
        let harness = try CourierHarness(sendmail: command)
        let body = String(repeating: "0123456789abcde\n", count: 32 << 10)
        harness.mail(1, to: "ann@example.com", body: body)
        #expect(harness.turn(untilResults: 1))
        #expect(text("message") == body)
    }

    @Test func aCommandThatFailsIsShownWithItsErrors() throws {
        let command = try script("echo 'no such user' >&2; exit 67")
        let harness = try CourierHarness(sendmail: command)
        harness.mail(1, to: "ann@example.com", body: String(repeating: "x", count: 200_000))
        #expect(harness.turn(untilResults: 1))
        #expect(harness.answer(1) == "500 no such user\n")
    }

    @Test func aCommandThatFailsInSilenceIsShownWithItsStatus() throws {
        let harness = try CourierHarness(sendmail: script("exit 3"))
        harness.mail(1, to: "ann@example.com")
        #expect(harness.turn(untilResults: 1))
        #expect(harness.answer(1) == "500 exit status 3")
        let killed = try CourierHarness(sendmail: script("kill -9 $$"))
        killed.mail(1, to: "ann@example.com")
        #expect(killed.turn(untilResults: 1))
        #expect(killed.answer(1) == "500 ended by signal 9")
    }

    @Test func errorsWithoutEndAreCut() throws {
        let command = try script("cat > /dev/null; head -c 300000 /dev/zero >&2; exit 1")
        let harness = try CourierHarness(sendmail: command)
        harness.mail(1, to: "ann@example.com")
        #expect(harness.turn(untilResults: 1))
        #expect(harness.answer(1)?.utf8.count == 4 + CourierLimits.bodyBytes)
    }

    @Test func aCommandThatHangsIsKilledWithAllThatItStarted() throws {
        let command = try script(
            "cat > /dev/null; echo > $home/began; sleep 1000; echo > $home/over")
        let harness = try CourierHarness(sendmail: command)
        harness.mail(1, to: "ann@example.com")
        #expect(harness.turn { text("began") != nil })
        #expect(harness.settle())
        harness.now += 14_999
        harness.turn()
        #expect(harness.resultCount == 0)
        #expect(harness.courier.nextDeadline == harness.now + 1)
        harness.now += 1
        #expect(harness.turn(untilResults: 1))
        #expect(harness.failure(1) == "/bin/sh was not done within 15000 ms")
        #expect(harness.settle())
        #expect(harness.resultCount == 1)
        #expect(harness.courier.nextDeadline == nil)
    }

    @Test func fourCommandsRunAtATime() throws {
        let command = try script(
            "cat > /dev/null; echo $1 >> $home/began; while [ ! -e $home/go ]; do sleep 0.01; done")
        let harness = try CourierHarness(sendmail: command)
        for number in 1...10 { harness.mail(UInt64(number), to: "\(number)@example.com") }
        #expect(harness.turn { text("began")?.split(separator: "\n").count == 4 })
        #expect(harness.settle())
        #expect(text("began")?.split(separator: "\n").count == 4)
        _ = try File(path: home.directory.path(of: "go"), flags: O_CREAT | O_WRONLY)
        #expect(harness.turn(untilResults: 10))
        #expect((1...10).allSatisfy { harness.answer($0) == "200 " })
        #expect(text("began")?.split(separator: "\n").count == 10)
    }

    @Test func withoutACommandMailFails() throws {
        let harness = try CourierHarness()
        harness.mail(1, to: "ann@example.com")
        #expect(harness.turn(untilResults: 1))
        #expect(harness.failure(1) == "no sendmail command is configured")
    }

    @Test func aCommandThatIsNotThereIsNamed() throws {
        let harness = try CourierHarness(sendmail: ["/nowhere/sendmail", "-i"])
        harness.mail(1, to: "ann@example.com")
        #expect(harness.turn(untilResults: 1))
        #expect(harness.failure(1) == "/nowhere/sendmail: No such file or directory")
    }

    @Test func aRecipientIsNeverAnOption() throws {
        let command = try script("echo > $home/began")
        let harness = try CourierHarness(sendmail: command)
        for (number, recipient) in ["-oQ/tmp@example.com", "", "a b@example.com", "a@b\n"]
            .enumerated()
        {
            harness.mail(UInt64(number), to: recipient)
        }
        #expect(harness.turn(untilResults: 4))
        #expect(
            (0..<4).allSatisfy { harness.failure($0) == "the recipient of the mail is not valid" })
        #expect(text("began") == nil)
    }
}
