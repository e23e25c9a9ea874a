import CLinux

/// How text is undone in place, on this processor and on every one: so that both can be compared.
enum UndoneText {
    /// Undoes the inside of a JSON string as far as it is sound.
    ///
    /// - Parameter portable: Whether to do it as processors do that have no wide instructions.
    /// - Returns: How many bytes were read, and how many at the front stand for them.
    static func json(_ text: MutableByteView, portable: Bool) -> (read: Int, written: Int) {
        guard let start = unsafe text.start else { return (0, 0) }
        var (read, written) = (0, 0)
        // Safe because the functions stay within the text.
        if portable {
            unsafe apus_json_unescape_portable(start, text.count, &read, &written)
        } else {
            unsafe apus_json_unescape(start, text.count, &read, &written)
        }
        return (read, written)
    }

    /// Decodes the value of a form's field and returns its length; `portable` as above.
    static func form(_ text: MutableByteView, portable: Bool) -> Int {
        guard let start = unsafe text.start else { return 0 }
        // Safe because the functions stay within the text.
        return portable
            ? unsafe apus_form_decode_portable(start, text.count)
            : unsafe apus_form_decode(start, text.count)
    }
}
