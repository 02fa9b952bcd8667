/*
 * sealed_stream: a stream of bytes between two machines that a third machine carries, but can neither
 * read nor change. The format is in docs/operate/relay.md, "Format".
 *
 * One machine, the owner, has a key that the other machine, the visitor, knows in advance. The visitor
 * may have a key, too; without a key it is a guest. Both use new secrets for each stream, so that
 * recorded bytes stay unreadable if a key is stolen later. The owner's signature over both public
 * halves proves that the visitor reached the owner; the visitor's signature proves who the visitor is.
 * Bytes that were changed, left out, repeated or swapped with those of another stream are detected, and
 * the end of the stream is sealed, too.
 *
 * This noun reads and writes no socket. The caller moves bytes between the connection and three
 * buffers:
 *
 *	vv_sealed_stream_receive(s, bytes, len, err)    bytes from the connection
 *	vv_sealed_stream_line(s)                        bytes for the connection
 *	vv_sealed_stream_plain(s)                       bytes from the other machine
 *
 * and removes the bytes that it has passed on from the front of the last two
 * (vv_sealed_stream_drop_line, vv_sealed_stream_drop_plain). After
 * any failure, the stream cannot be used any more: the caller ends the connection. If libsodium cannot
 * be used, the functions return VV_ENOSUPPORT. Sources: crypto_kx, crypto_secretstream and crypto_sign
 * of libsodium; SIGMA (Krawczyk, 2003).
 */
#ifndef VV_BASE_KEYS_SEALED_STREAM_H
#define VV_BASE_KEYS_SEALED_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/keys/key.h"

#define VV_SEALED_NAME_MAX 255u       /* most bytes of a repository's name */
#define VV_SEALED_REFUSAL_MAX 1024u   /* most bytes of the reason for a refusal */
#define VV_SEALED_PIECE (32u << 10)   /* most bytes in one sealed frame */
#define VV_SEALED_BUFFER (256u << 10) /* a caller reads no more while a buffer has so much */

typedef struct vv_sealed_stream vv_sealed_stream;

/* The visitor's request to the owner. */
typedef struct vv_sealed_question {
	bool guest;                        /* the visitor has no key */
	uint8_t key[VV_KEY_PUBLIC];        /* the visitor's proven key; zeros for a guest */
	char name[VV_SEALED_NAME_MAX + 1]; /* of the repository; may be "". Not checked */
} vv_sealed_question;

/* Begins a stream as the visitor of the owner with this key. own: the visitor's key; NULL: a guest.
 * name: the repository. own is copied. VV_EUSAGE: the name is too long. */
vv_status vv_sealed_stream_visit(vv_sealed_stream **out, const uint8_t owner[VV_KEY_PUBLIC],
				 const vv_key *own, const char *name, vv_error *err);
/* Begins a stream as the owner. own is copied. */
vv_status vv_sealed_stream_own(vv_sealed_stream **out, const vv_key *own, vv_error *err);
void vv_sealed_stream_free(vv_sealed_stream *s); /* wipes all secrets; accepts NULL */
VV_AUTO_FREE(vv_sealed_stream, vv_sealed_stream_free)

/* Takes len bytes from the connection. VV_ECORRUPT: the bytes do not belong to this stream, or were
 * changed. VV_EREFUSED: the owner refused the visitor; the message has the owner's reason. */
vv_status vv_sealed_stream_receive(vv_sealed_stream *s, const void *bytes, size_t len,
				   vv_error *err);
/* For the owner: returns the visitor's question until it is answered, else NULL. Borrowed. */
const vv_sealed_question *vv_sealed_stream_question(const vv_sealed_stream *s);
/* For the owner: answers the question. refusal: the reason why the visitor is refused; the stream then
 * ends. NULL: the stream is open. */
vv_status vv_sealed_stream_answer(vv_sealed_stream *s, const char *refusal, vv_error *err);
/* Returns true when both sides are proven, and bytes can be sent. */
bool vv_sealed_stream_is_open(const vv_sealed_stream *s);

/* Seals len bytes for the other side. The stream must be open, and not ended by this side. */
vv_status vv_sealed_stream_send(vv_sealed_stream *s, const void *bytes, size_t len, vv_error *err);
/* Seals the end of the bytes of this side. */
vv_status vv_sealed_stream_end(vv_sealed_stream *s, vv_error *err);
/* Returns true when the other side has sealed its end: no byte is missing. */
bool vv_sealed_stream_has_ended(const vv_sealed_stream *s);
/* Sets err for a connection that ended before vv_sealed_stream_has_ended, and returns VV_EIO. */
vv_status vv_sealed_stream_cut(const vv_sealed_stream *s, vv_error *err);

/* The buffers; borrowed. */
const vv_buf *vv_sealed_stream_line(const vv_sealed_stream *s);
const vv_buf *vv_sealed_stream_plain(const vv_sealed_stream *s);
/* Removes the first len bytes of the buffer `line` or `plain`. */
void vv_sealed_stream_drop_line(vv_sealed_stream *s, size_t len);
void vv_sealed_stream_drop_plain(vv_sealed_stream *s, size_t len);

#endif
