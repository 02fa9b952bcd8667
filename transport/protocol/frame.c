/*
 * frame: how frames are in the bytes of a channel, and how a failure crosses it.
 */
#include "transport/protocol/frame.h"

#include <string.h>

#include "base/sys.h"
#include "base/text.h"
#include "repo/blocks/cbor.h"

#define SHOWN 1024u /* bytes of a peer's text; vv_fail cuts longer ones */

_Static_assert(VV_FRAME_MAX == 4u << 20, "docs/formats/protocol.md: a frame");
_Static_assert(VV_FRAME_AIM <= VV_FRAME_MAX, "bulk frames are sent in time");

vv_status vv_frame_write(vv_channel *line, uint8_t type, const void *bytes, size_t len,
			 vv_error *err)
{
	uint8_t head[11];

	if (len > VV_FRAME_MAX) {
		return vv_fail(err, VV_EREFUSED,
			       "a message of %zu bytes is more than a peer accepts (%u)", len,
			       VV_FRAME_MAX);
	}
	head[0] = type;
	size_t n = 1 + vv_varint_write(head + 1, len);
	vv_channel_lock(line);
	vv_status rc = vv_channel_write(line, head, n, err);
	if (rc == VV_OK && len > 0) {
		rc = vv_channel_write(line, bytes, len, err);
	}
	vv_channel_unlock(line);
	return rc;
}

vv_status vv_frame_write_message(vv_channel *line, vv_buf *take_message, vv_error *err)
{
	vv_auto(vv_buf) b = *take_message;
	vv_status rc = vv_buf_ok(&b, err);

	*take_message = (vv_buf)VV_BUF_INIT;
	return rc < 0 ? rc : vv_frame_write(line, VV_FRAME_MESSAGE, b.data, b.len, err);
}

vv_status vv_frame_end(vv_channel *line, vv_error *err)
{
	vv_status rc = vv_frame_write(line, VV_FRAME_END, NULL, 0, err);
	return rc < 0 ? rc : vv_channel_turn(line, err);
}

/* The words for a status on a line; the last is for all others. */
static const struct {
	vv_status status;
	const char *word;
} words[] = {
	{VV_ENOTFOUND, "not-found"}, {VV_EUSAGE, "usage"},           {VV_ECORRUPT, "damaged"},
	{VV_EMISSING, "missing"},    {VV_ELOCKED, "locked"},         {VV_ECONFLICT, "conflict"},
	{VV_EREFUSED, "refused"},    {VV_ENOSUPPORT, "unsupported"}, {VV_EIO, "trouble"},
};

vv_status vv_frame_fail(vv_channel *line, const vv_error *what, vv_error *err)
{
	vv_auto(vv_buf) b = VV_BUF_INIT;
	const char *word = words[sizeof(words) / sizeof(words[0]) - 1].word;

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (words[i].status == what->code) {
			word = words[i].word;
		}
	}
	vv_cbor_put_map(&b, 3);
	vv_cbor_add_text(&b, "code", word);
	/* arguments of a code are not a sentence */
	const char *hint = vv_hint_name(what->hint_id) ? "" : what->hint;
	vv_cbor_add_bytes(&b, "hint", hint, strlen(hint));
	vv_cbor_add_bytes(&b, "text", what->message, strlen(what->message));
	vv_status rc = vv_buf_ok(&b, err);
	if (rc == VV_OK) {
		rc = vv_frame_write(line, VV_FRAME_ERROR, b.data, b.len, err);
	}
	return rc < 0 ? rc : vv_frame_end(line, err);
}

void vv_frame_reader_init(vv_frame_reader *r, vv_channel *line, uint64_t budget)
{
	*r = (vv_frame_reader){
		.line = line,
		.budget = budget,
		.works = {.max_ms = VV_TEXT_MAX_MS, .bytes_per_sec = VV_PACE_DEFAULT},
		.payload = VV_BUF_INIT,
	};
}

void vv_frame_reader_clear(vv_frame_reader *r)
{
	vv_buf_clear(&r->payload);
}

static vv_status read_length(vv_frame_reader *r, uint64_t *out, vv_error *err)
{
	uint8_t bytes[10];

	for (size_t n = 0; n < sizeof(bytes); n++) {
		vv_status rc = vv_channel_read(r->line, bytes + n, 1, err);
		if (rc < 0) return rc;
		if (bytes[n] < 0x80) {
			const uint8_t *p = bytes;
			if (vv_varint_read(&p, bytes + n + 1, out)) return VV_OK;
			break;
		}
	}
	return vv_fail(err, VV_ECORRUPT, "%s does not use varve's protocol: a length is malformed",
		       vv_channel_name(r->line));
}

/* The payload grows as it comes, so that a length alone costs nothing. An empty one is some
 * memory too: readers move pointers over it. */
static vv_status read_payload(vv_frame_reader *r, size_t len, vv_error *err)
{
	vv_buf_reset(&r->payload);
	if (!vv_buf_reserve(&r->payload, 1)) return vv_fail_nomem(err);
	while (r->payload.len < len) {
		size_t piece = len - r->payload.len < VV_FRAME_AIM ? len - r->payload.len
								   : VV_FRAME_AIM;
		if (!vv_buf_reserve(&r->payload, piece)) return vv_fail_nomem(err);
		vv_status rc = vv_channel_read(r->line, r->payload.data + r->payload.len, piece,
					       err);
		if (rc < 0) return rc;
		r->payload.len += piece;
	}
	return VV_OK;
}

static bool is_type(uint8_t type)
{
	return type != 0 && strchr("MBOPTE.", type) != NULL;
}

static const char *shown_time(uint64_t sec)
{
	return sec < 120 ? vv_text_counted(sec, "second", NULL)
			 : vv_text_counted(sec / 60, "minute", NULL);
}

/* A peer that only sends signs of life must not keep the other side for ever, even with small frames in
 * between. */
static vv_status check_patience(vv_frame_reader *r, uint8_t type, uint64_t len, vv_error *err)
{
	const bool text = type == VV_FRAME_TEXT;
	const uint64_t now = vv_monotonic_ms(), waited = r->last_ms > 0 ? now - r->last_ms : 0;

	r->last_ms = type == VV_FRAME_END ? 0 : now;
	if (type == VV_FRAME_END) {
		vv_patience_renew(&r->works);
		return VV_OK;
	}
	if (text) {
		vv_channel_alive(r->line);
	}
	if (vv_patience_spend(&r->works, waited, text ? 0 : len)) return VV_OK;
	return vv_fail(err, VV_ESILENT, "%s is connected, but has sent no data for %s",
		       vv_channel_name(r->line), shown_time(r->works.waited_ms / 1000));
}

static vv_status read_any(vv_frame_reader *r, uint8_t *type, vv_error *err)
{
	uint64_t len;
	vv_status rc = vv_channel_read(r->line, type, 1, err);

	if (rc < 0) return rc;
	if (!is_type(*type)) {
		return vv_fail(err, VV_ECORRUPT,
			       "%s does not use varve's protocol: unexpected byte 0x%02x\ncheck "
			       "that this is the address of a repository served by varve",
			       vv_channel_name(r->line), *type);
	}
	if ((rc = read_length(r, &len, err)) < 0) return rc;
	if (len > VV_FRAME_MAX || (*type == VV_FRAME_END && len > 0)) {
		return vv_fail(err, VV_ECORRUPT,
			       "%s sent a message of %llu bytes, more than the protocol allows",
			       vv_channel_name(r->line), (unsigned long long)len);
	}
	if (len + 2 > r->budget) {
		return vv_fail(err, VV_EREFUSED, "%s sends more than is accepted at once",
			       vv_channel_name(r->line));
	}
	r->budget -= len + 2;
	rc = read_payload(r, (size_t)len, err);
	return rc < 0 ? rc : check_patience(r, *type, len, err);
}

/* The error that the other side had becomes ours. */
static vv_status take_error(vv_frame_reader *r, vv_error *err)
{
	const char *word;
	const uint8_t *hint, *text;
	size_t word_len, hint_len, text_len, pairs;
	vv_status status = VV_EIO, rc;
	vv_auto(vv_buf) shown = VV_BUF_INIT;

	vv_cbor c = vv_cbor_of(r->payload.data, r->payload.len);
	if ((rc = vv_cbor_get_map(&c, &pairs, err)) < 0 ||
	    (rc = vv_cbor_get_key(&c, "code", err)) < 0 ||
	    (rc = vv_cbor_get_text(&c, &word, &word_len, err)) < 0 ||
	    (rc = vv_cbor_get_key(&c, "hint", err)) < 0 ||
	    (rc = vv_cbor_get_bytes(&c, &hint, &hint_len, err)) < 0 ||
	    (rc = vv_cbor_get_key(&c, "text", err)) < 0 ||
	    (rc = vv_cbor_get_bytes(&c, &text, &text_len, err)) < 0) {
		return rc;
	}
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (strlen(words[i].word) == word_len &&
		    memcmp(words[i].word, word, word_len) == 0) {
			status = words[i].status;
		}
	}
	vv_text_put_escaped(&shown, (const char *)text, text_len < SHOWN ? text_len : SHOWN);
	vv_fail(err, r->is_own && status == VV_EMISSING ? VV_EBLOCK : status, "%s%s",
		r->is_own ? "" : "remote: ", vv_buf_cstr(&shown));
	if (hint_len > 0) {
		vv_buf_reset(&shown);
		vv_text_put_escaped(&shown, (const char *)hint,
				    hint_len < SHOWN ? hint_len : SHOWN);
		vv_hint(err, "%s%s", r->is_own ? "" : "there: ", vv_buf_cstr(&shown));
	}
	if (err) {
		err->answered = true;
	}
	return status;
}

vv_status vv_frame_read(vv_frame_reader *r, uint8_t *type, vv_error *err)
{
	uint8_t end;
	vv_status rc;

	do {
		rc = read_any(r, type, err);
	} while (rc == VV_OK && r->skips_alive && *type == VV_FRAME_TEXT && r->payload.len == 0);
	if (rc < 0 || *type != VV_FRAME_ERROR) return rc;
	rc = take_error(r, err);
	while (read_any(r, &end, VV_IGNORED) == VV_OK && end != VV_FRAME_END) {
		continue;
	}
	return rc;
}

vv_status vv_frame_fail_type(const vv_frame_reader *r, uint8_t type, vv_error *err)
{
	return vv_fail(err, VV_ECORRUPT, "%s violates the protocol: unexpected message '%c'",
		       vv_channel_name(r->line), type);
}

vv_status vv_frame_read_message(vv_frame_reader *r, vv_error *err)
{
	uint8_t type;
	const vv_status rc = vv_frame_read(r, &type, err);

	return rc < 0 || type == VV_FRAME_MESSAGE ? rc : vv_frame_fail_type(r, type, err);
}

vv_status vv_frame_read_last(vv_frame_reader *r, vv_error *err)
{
	uint8_t type;
	const vv_status rc = vv_frame_read(r, &type, err);

	if (rc < 0) return rc;
	if (type == VV_FRAME_END) return vv_channel_done(r->line, err);
	return vv_frame_fail_type(r, type, err);
}

vv_status vv_frame_drain(vv_frame_reader *r, vv_error *err)
{
	uint8_t type = 0;
	vv_status rc;

	do {
		rc = read_any(r, &type, err);
	} while (rc == VV_OK && type != VV_FRAME_END);
	return rc;
}
