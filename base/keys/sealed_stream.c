/*
 * sealed_stream: the order of the handshake's messages, and frames.
 *
 * A visitor sends MAGIC and its half; the owner MAGIC, its half, a header and the frame with its
 * signature; the visitor a header and the frame with its question; the owner the frame with its
 * verdict. All frames after the halves are sealed by crypto_secretstream, whose counters make a frame
 * fit in one place of one stream.
 */
#include "base/keys/sealed_stream.h"

#include <sodium.h>
#include <string.h>

#include "base/codec.h"
#include "base/secret.h"
#include "base/sys.h"
#include "base/text.h"

#define MAGIC "varve sealed 1\n"
#define OWNER_PURPOSE "varve sealed stream owner 1"
#define VISITOR_PURPOSE "varve sealed stream visitor 1"

enum {
	MAGIC_LEN = sizeof(MAGIC) - 1,
	HALF = crypto_kx_PUBLICKEYBYTES,
	HEADER = crypto_secretstream_xchacha20poly1305_HEADERBYTES,
	MORE = crypto_secretstream_xchacha20poly1305_ABYTES,
	LENGTH = 2, /* of a frame, little-endian, before it */
	FRAME_MAX = VV_SEALED_PIECE + MORE,
	WAITING_MAX = 2 * (LENGTH + FRAME_MAX), /* received and not yet read */
	QUESTION_MIN = VV_KEY_PUBLIC + VV_SIGNATURE
};
_Static_assert(crypto_kx_SESSIONKEYBYTES == crypto_secretstream_xchacha20poly1305_KEYBYTES,
	       "a session's key is that of a stream");
_Static_assert((unsigned)FRAME_MAX <= UINT16_MAX, "a frame's length fits in its place");

/* The next message for this side. */
typedef enum stage { HALF_OF_OTHER, FIRST_FRAME, CALLER, VERDICT, OPEN } stage;

struct vv_sealed_stream {
	bool owner; /* this side is the owner */
	stage stage;
	bool broken;     /* a call failed */
	bool arrived;    /* the other side sealed its end */
	bool has_key;    /* own is set: false for a guest */
	bool has_header; /* owner: the visitor's header was read */
	vv_key own;
	uint8_t owner_key[VV_KEY_PUBLIC];
	uint8_t half[HALF], half_secret[crypto_kx_SECRETKEYBYTES], other[HALF];
	uint8_t seals_with[crypto_kx_SESSIONKEYBYTES], opens_with[crypto_kx_SESSIONKEYBYTES];
	crypto_secretstream_xchacha20poly1305_state seals, opens;
	vv_sealed_question question;
	char name[VV_SEALED_NAME_MAX + 1]; /* visitor: wanted repository */
	vv_buf in, line, plain;
};

/* --- the signed bytes ------------------------------------------------------------------------ */

/* The owner's key, both halves, and for the visitor's signature its key. */
typedef struct signed_bytes {
	uint8_t bytes[VV_KEY_PUBLIC + 2 * HALF + VV_KEY_PUBLIC];
	size_t len;
} signed_bytes;

static signed_bytes what_is_signed(const vv_sealed_stream *s, const uint8_t *visitor_key)
{
	signed_bytes t = {.len = VV_KEY_PUBLIC + 2 * HALF};

	memcpy(t.bytes, s->owner_key, VV_KEY_PUBLIC);
	memcpy(t.bytes + VV_KEY_PUBLIC, s->owner ? s->other : s->half, HALF);
	memcpy(t.bytes + VV_KEY_PUBLIC + HALF, s->owner ? s->half : s->other, HALF);
	if (visitor_key) {
		memcpy(t.bytes + t.len, visitor_key, VV_KEY_PUBLIC);
		t.len += VV_KEY_PUBLIC;
	}
	return t;
}

/* --- making ------------------------------------------------------------------------------------ */

static vv_status new_stream(vv_sealed_stream **out, const vv_key *own, vv_error *err)
{
	vv_sealed_stream *s;

	*out = NULL;
	if (sodium_init() < 0) {
		return vv_fail(err, VV_ENOSUPPORT, "libsodium cannot be initialized");
	}
	if (!(s = vv_calloc(1, sizeof(*s)))) return vv_fail_nomem(err);
	s->in = s->line = s->plain = (vv_buf)VV_BUF_INIT;
	s->has_key = own != NULL;
	if (own) {
		s->own = *own;
	}
	(void)crypto_kx_keypair(s->half, s->half_secret);
	*out = s;
	return VV_OK;
}

vv_status vv_sealed_stream_visit(vv_sealed_stream **out, const uint8_t owner[VV_KEY_PUBLIC],
				 const vv_key *own, const char *name, vv_error *err)
{
	vv_auto(vv_sealed_stream) *s = NULL;
	vv_status rc;

	*out = NULL;
	if (strlen(name) > VV_SEALED_NAME_MAX) {
		return vv_fail(err, VV_EUSAGE,
			       "the name of a repository behind a relay has at most %u bytes",
			       VV_SEALED_NAME_MAX);
	}
	if ((rc = new_stream(&s, own, err)) < 0) return rc;
	memcpy(s->owner_key, owner, VV_KEY_PUBLIC);
	memcpy(s->name, name, strlen(name));
	vv_buf_put(&s->line, MAGIC, MAGIC_LEN);
	vv_buf_put(&s->line, s->half, HALF);
	if ((rc = vv_buf_ok(&s->line, err)) < 0) return rc;
	return vv_hand_over(out, &s);
}

vv_status vv_sealed_stream_own(vv_sealed_stream **out, const vv_key *own, vv_error *err)
{
	vv_status rc = new_stream(out, own, err);

	if (rc == VV_OK) {
		(*out)->owner = true;
		memcpy((*out)->owner_key, own->public_key, VV_KEY_PUBLIC);
	}
	return rc;
}

void vv_sealed_stream_free(vv_sealed_stream *s)
{
	if (!s) return;
	vv_buf_wipe(&s->plain);
	vv_buf_clear_all(&s->in, &s->line);
	vv_wipe(s, sizeof(*s));
	vv_free(s);
}

/* --- frames -------------------------------------------------------------------------------------- */

static vv_status put_frame(vv_sealed_stream *s, const void *bytes, size_t len, bool last,
			   vv_error *err)
{
	const uint8_t tag = last ? crypto_secretstream_xchacha20poly1305_TAG_FINAL : 0;
	uint8_t length[LENGTH] = {(uint8_t)(len + MORE), (uint8_t)((len + MORE) >> 8)};

	vv_buf_put(&s->line, length, LENGTH);
	if (!vv_buf_reserve(&s->line, len + MORE)) return vv_fail_nomem(err);
	(void)crypto_secretstream_xchacha20poly1305_push(
		&s->seals, (uint8_t *)s->line.data + s->line.len, NULL, bytes, len, NULL, 0, tag);
	s->line.len += len + MORE;
	s->line.data[s->line.len] = '\0';
	return VV_OK;
}

/* A message that is not this stream's: what carried it lost, changed, repeated or swapped bytes. */
static vv_status not_ours(vv_error *err)
{
	return vv_fail(err, VV_ECORRUPT,
		       "the sealed stream was changed on its way, or belongs to another machine");
}

/* Opens the frame at the front of s->in, into out. *got: it was complete. */
static vv_status take_frame(vv_sealed_stream *s, vv_buf *out, bool *got, vv_error *err)
{
	const uint8_t *p = (const uint8_t *)s->in.data;
	unsigned long long opened;
	uint8_t tag = 0;

	*got = false;
	if (s->in.len < LENGTH) return VV_OK;
	const size_t len = (size_t)p[0] | (size_t)p[1] << 8;
	if (len < MORE || len > FRAME_MAX) return not_ours(err);
	if (s->in.len < LENGTH + len) return VV_OK;
	if (!vv_buf_reserve(out, len)) return vv_fail_nomem(err);
	if (crypto_secretstream_xchacha20poly1305_pull(&s->opens, (uint8_t *)out->data + out->len,
						       &opened, &tag, p + LENGTH, len, NULL,
						       0) != 0) {
		return not_ours(err);
	}
	out->len += (size_t)opened;
	out->data[out->len] = '\0';
	s->arrived = tag == crypto_secretstream_xchacha20poly1305_TAG_FINAL;
	vv_buf_drop_front(&s->in, LENGTH + len);
	*got = true;
	return VV_OK;
}

/* Our header, after which frames can be put. */
static void begin_sealing(vv_sealed_stream *s)
{
	uint8_t header[HEADER];

	(void)crypto_secretstream_xchacha20poly1305_init_push(&s->seals, header, s->seals_with);
	vv_buf_put(&s->line, header, HEADER);
}

static vv_status begin_opening(vv_sealed_stream *s, const void *header, vv_error *err)
{
	return crypto_secretstream_xchacha20poly1305_init_pull(&s->opens, header, s->opens_with) ==
			       0
		       ? VV_OK
		       : not_ours(err);
}

/* --- the handshake --------------------------------------------------------------------------------- */

static vv_status agree_keys(vv_sealed_stream *s, vv_error *err)
{
	const int rc = s->owner ? crypto_kx_server_session_keys(s->opens_with, s->seals_with,
								s->half, s->half_secret, s->other)
				: crypto_kx_client_session_keys(s->opens_with, s->seals_with,
								s->half, s->half_secret, s->other);

	vv_wipe(s->half_secret, sizeof(s->half_secret));
	return rc == 0 ? VV_OK : not_ours(err); /* the half has small order */
}

static vv_status show_owner(vv_sealed_stream *s, vv_error *err)
{
	const signed_bytes t = what_is_signed(s, NULL);
	uint8_t signature[VV_SIGNATURE];
	vv_status rc = vv_key_sign(signature, &s->own, OWNER_PURPOSE, t.bytes, t.len, err);

	if (rc < 0) return rc;
	vv_buf_put(&s->line, MAGIC, MAGIC_LEN);
	vv_buf_put(&s->line, s->half, HALF);
	begin_sealing(s);
	return put_frame(s, signature, sizeof(signature), false, err);
}

static vv_status ask_question(vv_sealed_stream *s, vv_error *err)
{
	uint8_t q[QUESTION_MIN + VV_SEALED_NAME_MAX] = {0};
	const size_t len = strlen(s->name);

	if (s->has_key) {
		const signed_bytes t = what_is_signed(s, s->own.public_key);
		vv_status rc = vv_key_sign(q + VV_KEY_PUBLIC, &s->own, VISITOR_PURPOSE, t.bytes,
					   t.len, err);
		if (rc < 0) return rc;
		memcpy(q, s->own.public_key, VV_KEY_PUBLIC);
	}
	memcpy(q + QUESTION_MIN, s->name, len);
	begin_sealing(s);
	return put_frame(s, q, QUESTION_MIN + len, false, err);
}

/* MAGIC and the half of the other side; the owner's are followed by its header. */
static vv_status take_half(vv_sealed_stream *s, bool *got, vv_error *err)
{
	const size_t all = MAGIC_LEN + HALF + (s->owner ? 0 : HEADER);
	const size_t look = s->in.len < MAGIC_LEN ? s->in.len : MAGIC_LEN;
	vv_status rc;

	*got = false;
	if (look > 0 && memcmp(s->in.data, MAGIC, look) != 0) return not_ours(err);
	if (s->in.len < all) return VV_OK;
	memcpy(s->other, s->in.data + MAGIC_LEN, HALF);
	if ((rc = agree_keys(s, err)) < 0) return rc;
	rc = s->owner ? show_owner(s, err) : begin_opening(s, s->in.data + MAGIC_LEN + HALF, err);
	vv_buf_drop_front(&s->in, all);
	*got = true;
	s->stage = FIRST_FRAME;
	return rc;
}

static vv_status read_owner(vv_sealed_stream *s, const vv_buf *b, vv_error *err)
{
	const signed_bytes t = what_is_signed(s, NULL);

	if (b->len != VV_SIGNATURE || s->arrived ||
	    vv_key_verify((const uint8_t *)b->data, s->owner_key, OWNER_PURPOSE, t.bytes, t.len,
			  err) < 0) {
		return vv_fail(err, VV_ECORRUPT,
			       "the machine that answers does not have the key %s",
			       vv_did_key_shows(s->owner_key));
	}
	s->stage = VERDICT;
	return ask_question(s, err);
}

static vv_status read_question(vv_sealed_stream *s, const vv_buf *b, vv_error *err)
{
	static const uint8_t none[QUESTION_MIN];
	vv_sealed_question *q = &s->question;
	const uint8_t *p = (const uint8_t *)b->data;

	if (b->len < QUESTION_MIN || b->len > QUESTION_MIN + VV_SEALED_NAME_MAX || s->arrived ||
	    memchr(p + QUESTION_MIN, '\0', b->len - QUESTION_MIN)) {
		return not_ours(err);
	}
	memcpy(q->key, p, VV_KEY_PUBLIC);
	memcpy(q->name, p + QUESTION_MIN, b->len - QUESTION_MIN);
	q->guest = memcmp(p, none, QUESTION_MIN) == 0;
	if (!q->guest) {
		const signed_bytes t = what_is_signed(s, q->key);
		if (vv_key_verify(p + VV_KEY_PUBLIC, q->key, VISITOR_PURPOSE, t.bytes, t.len, err) <
		    0) {
			return vv_fail(err, VV_ECORRUPT, "the visitor does not have the key %s",
				       vv_did_key_shows(q->key));
		}
	}
	s->stage = CALLER;
	return VV_OK;
}

/* The owner's header was read with its half; the visitor's comes before its question. */
static vv_status take_first(vv_sealed_stream *s, bool *got, vv_error *err)
{
	vv_auto(vv_buf) b = VV_BUF_INIT;
	vv_status rc;

	*got = false;
	if (s->owner && !s->has_header) {
		if (s->in.len < HEADER) return VV_OK;
		if ((rc = begin_opening(s, s->in.data, err)) < 0) return rc;
		vv_buf_drop_front(&s->in, HEADER);
		s->has_header = true;
	}
	if ((rc = take_frame(s, &b, got, err)) < 0 || !*got) return rc;
	return s->owner ? read_question(s, &b, err) : read_owner(s, &b, err);
}

/* An empty frame lets the visitor in; another one has the reason. */
static vv_status take_verdict(vv_sealed_stream *s, bool *got, vv_error *err)
{
	vv_auto(vv_buf) b = VV_BUF_INIT;
	vv_status rc = take_frame(s, &b, got, err);

	if (rc < 0 || !*got) return rc;
	if (b.len > VV_SEALED_REFUSAL_MAX || (b.len > 0) != s->arrived) return not_ours(err);
	if (b.len > 0) return vv_fail(err, VV_EREFUSED, "%s", vv_text_show(b.data, b.len));
	s->stage = OPEN;
	return VV_OK;
}

static vv_status take_message(vv_sealed_stream *s, bool *got, vv_error *err)
{
	switch (s->stage) {
	case HALF_OF_OTHER:
		return take_half(s, got, err);
	case FIRST_FRAME:
		return take_first(s, got, err);
	case VERDICT:
		return take_verdict(s, got, err);
	case OPEN:
		return take_frame(s, &s->plain, got, err);
	default:
		*got = false; /* the caller answers first */
		return VV_OK;
	}
}

static vv_status take_messages(vv_sealed_stream *s, vv_error *err)
{
	vv_status rc = VV_OK;

	for (bool got = true; got && rc == VV_OK && !s->arrived;) {
		rc = take_message(s, &got, err);
	}
	if (rc == VV_OK && (s->in.len > WAITING_MAX || (s->arrived && s->in.len > 0))) {
		rc = not_ours(err);
	}
	s->broken = rc < 0;
	return rc;
}

vv_status vv_sealed_stream_receive(vv_sealed_stream *s, const void *bytes, size_t len,
				   vv_error *err)
{
	if (s->broken) return not_ours(err);
	vv_buf_put(&s->in, bytes, len);
	vv_status rc = vv_buf_ok(&s->in, err);
	return rc < 0 ? rc : take_messages(s, err);
}

const vv_sealed_question *vv_sealed_stream_question(const vv_sealed_stream *s)
{
	return s->stage == CALLER && !s->broken ? &s->question : NULL;
}

vv_status vv_sealed_stream_answer(vv_sealed_stream *s, const char *refusal, vv_error *err)
{
	size_t len;

	s->stage = OPEN;
	if (!refusal) return put_frame(s, "", 0, false, err);
	len = strlen(refusal);
	len = len < VV_SEALED_REFUSAL_MAX ? len : VV_SEALED_REFUSAL_MAX;
	return put_frame(s, refusal, len, true, err);
}

bool vv_sealed_stream_is_open(const vv_sealed_stream *s)
{
	return s->stage == OPEN && !s->broken;
}

/* --- bytes ------------------------------------------------------------------------------------------- */

vv_status vv_sealed_stream_send(vv_sealed_stream *s, const void *bytes, size_t len, vv_error *err)
{
	const uint8_t *p = bytes;
	vv_status rc = VV_OK;

	while (rc == VV_OK && len > 0) {
		const size_t piece = len < VV_SEALED_PIECE ? len : VV_SEALED_PIECE;
		rc = put_frame(s, p, piece, false, err);
		p += piece;
		len -= piece;
	}
	return rc;
}

vv_status vv_sealed_stream_end(vv_sealed_stream *s, vv_error *err)
{
	return put_frame(s, "", 0, true, err);
}

bool vv_sealed_stream_has_ended(const vv_sealed_stream *s)
{
	return s->arrived && !s->broken;
}

vv_status vv_sealed_stream_cut(const vv_sealed_stream *s, vv_error *err)
{
	return vv_fail(err, VV_EIO, "%s",
		       s->stage == OPEN
			       ? "the connection through the relay ended before the end of the data"
			       : "the connection through the relay ended before the other machine "
				 "answered");
}

const vv_buf *vv_sealed_stream_line(const vv_sealed_stream *s)
{
	return &s->line;
}

const vv_buf *vv_sealed_stream_plain(const vv_sealed_stream *s)
{
	return &s->plain;
}

void vv_sealed_stream_drop_line(vv_sealed_stream *s, size_t len)
{
	vv_buf_drop_front(&s->line, len);
}

void vv_sealed_stream_drop_plain(vv_sealed_stream *s, size_t len)
{
	vv_buf_drop_front(&s->plain, len);
}
