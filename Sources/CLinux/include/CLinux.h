#ifndef APUS_CLINUX_H
#define APUS_CLINUX_H

#include <stddef.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include "CLinuxBench.h"
#include "CLinuxProcess.h"
#include "CLinuxServer.h"

/// Accepts a connection as non-blocking and close-on-exec; -1 and errno as accept4(2).
int apus_accept4(int listener);

/// Each gives the number of bytes at the front before the first one that…
/// … a JSON string cannot take over as it is: a control, a quote, a backslash, or from 0x80 on.
size_t apus_scan_json_read(const uint8_t *bytes, size_t count);
/// … belongs to no valid UTF-8 or to a character that XML 1.0 has not, such as most controls.
size_t apus_scan_text(const uint8_t *bytes, size_t count);
/// … belongs to no valid UTF-8.
size_t apus_scan_utf8(const uint8_t *bytes, size_t count);
/// … may not stand in a token of HTTP, such as the name of a header.
size_t apus_scan_token(const uint8_t *bytes, size_t count);

/// The length of the UTF-8 sequence at the front, whose first byte is not below 0x80, or 0 when it
/// is not valid.
size_t apus_utf8_length(const uint8_t *bytes, size_t count);

/// Passes over lines that end in CR LF and are not empty, from `from` on, which lies in the line
/// that begins at `*line`. Gives the place of the first line feed that ends another line, or
/// `count`; `*line` becomes the beginning of the line that holds it.
size_t apus_skip_lines(const uint8_t *bytes, size_t count, size_t from, size_t *line);
/// Whether the bytes are those of `lower`, which has no capitals, in any case of letters.
int apus_equals_lower(const uint8_t *bytes, const uint8_t *lower, size_t count);

/// Goes on with the inside of a JSON string: moves characters from `*read` to `*written`, which is
/// not behind it, and undoes escapes. Stops at the end and before a quote, a control, what is no
/// valid UTF-8 and what is no valid escape.
void apus_json_unescape(uint8_t *text, size_t count, size_t *read, size_t *written);
/// The same on every processor.
void apus_json_unescape_portable(uint8_t *text, size_t count, size_t *read, size_t *written);
/// Writes `text` as the inside of a JSON string and returns the length. There must be room for
/// 6 * count + 16 bytes.
size_t apus_json_escape(uint8_t *out, const uint8_t *text, size_t count);
/// The length of what that writes.
size_t apus_json_escaped_count(const uint8_t *text, size_t count);
/// Writes `text` as XML content or the inside of an attribute and returns the length. There must be
/// room for 6 * count + 16 bytes.
size_t apus_xml_escape(uint8_t *out, const uint8_t *text, size_t count);

/// Undoes the coding of forms in place and returns the new length: %XX is a byte, + a space, and a
/// percent sign without two digits stands for itself.
size_t apus_form_decode(uint8_t *text, size_t count);
/// The same on every processor.
size_t apus_form_decode_portable(uint8_t *text, size_t count);

/// The CRC32C of bytes that follow those whose CRC32C is `continuing` (0 at first), by the
/// processor's instructions where it has them.
uint32_t apus_crc32c(uint32_t continuing, const uint8_t *bytes, size_t count);
/// The same by tables.
uint32_t apus_crc32c_portable(uint32_t continuing, const uint8_t *bytes, size_t count);
/// Whether `apus_crc32c` uses instructions.
int apus_crc32c_has_instructions(void);

/// A message to be digested.
typedef struct {
    const uint8_t *bytes;
    size_t count;
} apus_message;

/// Has the processor fetch the lines of memory that will be written soon.
static inline void apus_fetch_for_writing(const void *start, size_t count) {
    for (size_t offset = 0; offset < count; offset += 64)
        __builtin_prefetch((const char *)start + offset, 1);
}

/// How messages are digested: one by one, up to sixteen or up to 32 at a time.
typedef enum { APUS_MD5_ALONE, APUS_MD5_AVX2, APUS_MD5_AVX512 } apus_md5_kind;
/// The widest that the processor has; the functions below take any kind up to it.
apus_md5_kind apus_md5_best(void);
/// Writes the MD5 digest of each message.
void apus_md5(
    apus_md5_kind kind, const apus_message *messages, size_t count, uint8_t *digests);

/// A message that is digested piece by piece.
typedef struct {
    const uint8_t *bytes;
    size_t count;
    size_t done;  // bytes, whole blocks
    uint32_t state[4];
} apus_md5_progress;

/// Begins with a message.
apus_md5_progress apus_md5_begin(const uint8_t *bytes, size_t count);
/// Digests at most so many blocks of 64 bytes of each of at most sixteen messages.
void apus_md5_continue(
    apus_md5_kind kind, apus_md5_progress *messages, size_t count, size_t blocks);
/// Whether only less than a block is left of the message.
int apus_md5_is_ending(const apus_md5_progress *message);
/// Digests what is left of the message.
void apus_md5_end(const apus_md5_progress *message, uint8_t *digest);

#endif
