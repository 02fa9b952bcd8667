/*
 * peer: writes each request and reads its answer.
 */
#include "transport/protocol/peer.h"

#include <string.h>

#include "base/sys.h"
#include "base/text.h"
#include "repo/blocks/cbor.h"
#include "transport/line/deadline.h"
#include "transport/line/url.h"
#include "transport/protocol/block_stream.h"
#include "transport/protocol/connect.h"
#include "transport/protocol/frame.h"

#define ANSWER_BUDGET (64u << 20) /* of answers that carry no blocks */
#define BATCH 8192u               /* CIDs in one request */
#define KEEP_BATCH 1024u          /* versions, of each of which all blocks are looked at there */

struct vv_peer {
	vv_channel *line;
	vv_arena arena;   /* hello */
	vv_arena scratch; /* of the last request */
	vv_hello hello;
	bool greeted;
	bool push; /* the peer gets a push: the blocks it lacks matter */
	bool own;
	uint64_t works_ms; /* as vv_peer_works_ms; 0: VV_TEXT_MAX_MS */
	uint64_t damaged;
};

vv_status vv_peer_over(vv_peer **out, vv_channel *line, vv_error *err)
{
	vv_peer *p = vv_calloc(1, sizeof(*p));

	*out = p;
	if (!p) {
		vv_channel_close(line);
		return vv_fail_nomem(err);
	}
	*p = (vv_peer){.line = line, .push = true};
	return VV_OK;
}

vv_status vv_peer_open(vv_peer **out, const char *url, const vv_connect_options *o, vv_error *err)
{
	vv_auto(vv_url) u = {0};
	vv_channel *line;
	vv_status rc = vv_url_read(&u, url, err);

	*out = NULL;
	if (rc < 0 || (rc = vv_connect(&line, &u, o, err)) < 0 ||
	    (rc = vv_peer_over(out, line, err)) < 0) {
		return rc;
	}
	(*out)->push = o->write;
	(*out)->works_ms = vv_peer_works_ms(o);
	return VV_OK;
}

uint64_t vv_peer_works_ms(const vv_connect_options *o)
{
	const uint64_t asked = (uint64_t)o->idle_sec * 10 * 1000;

	if (o->write) return VV_TEXT_MAX_MS;
	if (o->beside || o->others) return VV_DEADLINE_BESIDE_MS;
	return asked > VV_DEADLINE_ALONE_MS ? asked : VV_DEADLINE_ALONE_MS;
}

void vv_peer_set_own(vv_peer *p)
{
	p->own = true;
	p->push = false;
}

void vv_peer_close(vv_peer *p)
{
	if (p) {
		vv_channel_close(p->line);
		vv_arena_clear(&p->arena);
		vv_arena_clear(&p->scratch);
		vv_free(p);
	}
}

vv_channel_stats vv_peer_stats(const vv_peer *p)
{
	return vv_channel_stats_get(p->line);
}

/* Ends a request that was written with rc. If a write failed, the other side may have sent the reason
 * before it hung up. After an error of this side (an unreadable pack) the other side sends nothing and
 * waits for the rest. */
static vv_status end_request(vv_peer *p, vv_status rc, vv_error *err)
{
	vv_auto(vv_frame_reader) in = {0};
	vv_error why;
	uint8_t type;

	if (rc == VV_OK) {
		rc = vv_frame_end(p->line, err);
	}
	if (rc != VV_EIO || !vv_channel_write_failed(p->line)) return rc;
	vv_frame_reader_init(&in, p->line, ANSWER_BUDGET);
	vv_status said = vv_frame_read(&in, &type, &why);
	return said < 0 && why.answered ? vv_error_copy(err, &why) : rc;
}

/* For an answer. Signs of life may come anywhere in it. */
static void begin_answer(vv_peer *p, vv_frame_reader *in, uint64_t budget)
{
	vv_frame_reader_init(in, p->line, budget);
	in->skips_alive = true;
	in->is_own = p->own;
	if (p->works_ms > 0) {
		in->works.max_ms = p->works_ms;
	}
}

/* The request as a whole, and its end. */
static vv_status send_request(vv_peer *p, const vv_request *q, vv_error *err)
{
	vv_arena_reset(&p->scratch);
	return end_request(p, vv_request_write(p->line, q, err), err);
}

static vv_status greet_peer(vv_peer *p, vv_error *err)
{
	const vv_request q = {.op = VV_OP_HELLO, .whole = p->push};
	vv_auto(vv_frame_reader) in = {0};
	vv_status rc = VV_OK;

	begin_answer(p, &in, ANSWER_BUDGET);
	if ((rc = send_request(p, &q, err)) == VV_OK &&
	    (rc = vv_frame_read_message(&in, err)) == VV_OK &&
	    (rc = vv_hello_read(&p->hello, &p->arena, in.payload.data, in.payload.len, err)) ==
		    VV_OK) {
		rc = vv_frame_read_last(&in, err);
	}
	return rc;
}

vv_status vv_peer_hello(vv_peer *p, const vv_hello **out, vv_error *err)
{
	vv_status rc = p->greeted ? VV_OK : greet_peer(p, err);

	p->greeted = rc == VV_OK;
	*out = &p->hello;
	return rc;
}

static vv_status ask_bits(vv_peer *p, const vv_request *q, size_t count, uint8_t *have,
			  uint8_t *held, vv_error *err)
{
	vv_auto(vv_frame_reader) in = {0};
	vv_bits bits;
	vv_status rc = send_request(p, q, err);

	if (rc < 0) return rc;
	begin_answer(p, &in, ANSWER_BUDGET);
	if ((rc = vv_frame_read_message(&in, err)) < 0 ||
	    (rc = vv_bits_read(&bits, count, in.payload.data, in.payload.len, err)) < 0) {
		return rc;
	}
	memcpy(have, bits.have, (count + 7) / 8);
	if (held && bits.held) {
		memcpy(held, bits.held, (count + 7) / 8);
	}
	return vv_frame_read_last(&in, err);
}

vv_status vv_peer_known(vv_peer *p, const vv_oids *ids, uint8_t *bits, vv_error *err)
{
	const vv_request q = {.op = VV_OP_KNOWN, .want = *ids};
	return ids->count == 0 ? VV_OK : ask_bits(p, &q, ids->count, bits, NULL, err);
}

static vv_status ask_blocks(vv_peer *p, bool keep, const vv_cid *cids, size_t count, uint8_t *have,
			    uint8_t *held, vv_error *err)
{
	const size_t most = keep ? KEEP_BATCH : BATCH;
	vv_status rc = VV_OK;

	for (size_t at = 0; rc == VV_OK && at < count; at += most) {
		size_t n = count - at < most ? count - at : most;
		vv_cid *list = (vv_cid *)(uintptr_t)(cids + at); /* only read */
		const vv_request q = {.op = VV_OP_HAVE, .keep = keep, .blocks = {list, n, n}};
		rc = ask_bits(p, &q, n, have + at / 8, held ? held + at / 8 : NULL, err);
	}
	return rc;
}

vv_status vv_peer_have(vv_peer *p, const vv_cid *cids, size_t count, uint8_t *have, uint8_t *held,
		       vv_error *err)
{
	return ask_blocks(p, false, cids, count, have, held, err);
}

vv_status vv_peer_keeps(vv_peer *p, const vv_cid *roots, size_t count, uint8_t *keeps,
			vv_error *err)
{
	return ask_blocks(p, true, roots, count, keeps, NULL, err);
}

vv_status vv_peer_question(vv_peer *p, const vv_buf *question, vv_buf *answer, vv_error *err)
{
	vv_auto(vv_frame_reader) in = {0};
	vv_status rc = vv_frame_write(p->line, VV_FRAME_MESSAGE, vv_buf_cstr(question),
				      question->len, err);

	if ((rc = end_request(p, rc, err)) < 0) return rc;
	begin_answer(p, &in, ANSWER_BUDGET);
	if ((rc = vv_frame_read_message(&in, err)) < 0) return rc;
	vv_buf_put(answer, in.payload.data, in.payload.len);
	rc = vv_buf_ok(answer, err);
	return rc < 0 ? rc : vv_frame_read_last(&in, err);
}

/* --- fetch ---------------------------------------------------------------------------- */

/* Blocks and objects, until the sum. */
static vv_status take_frames(vv_peer *p, vv_frame_reader *in, vv_receive *x,
			     const vv_progress *progress, vv_fetch_sum *sum, vv_error *err)
{
	const uint64_t before = vv_channel_stats_get(p->line).bytes_in;
	uint8_t type;
	vv_status rc = vv_receive_begin(x, err);

	while (rc == VV_OK && (rc = vv_frame_read(in, &type, err)) == VV_OK) {
		if (type == VV_FRAME_MESSAGE) {
			return vv_fetch_sum_read(sum, in->payload.data, in->payload.len, err);
		}
		if (!vv_receive_takes(type)) {
			return vv_frame_fail_type(in, type, err);
		}
		if ((rc = vv_receive_frame(x, type, in->payload.data, in->payload.len, err)) < 0) {
			break;
		}
		rc = vv_progress_update(progress, "receiving",
					vv_channel_stats_get(p->line).bytes_in - before, 0, err);
	}
	return rc;
}

vv_status vv_peer_fetch(vv_peer *p, const vv_request *q, vv_receive *x, const vv_progress *progress,
			vv_fetch_start *start, vv_fetch_sum *sum, vv_error *err)
{
	vv_auto(vv_frame_reader) in = {0};
	vv_status rc = send_request(p, q, err);

	memset(sum, 0, sizeof(*sum));
	vv_receive_limits limits = vv_receive_limits_get(x);
	begin_answer(p, &in, limits.bytes);
	if (rc == VV_OK && (rc = vv_frame_read_message(&in, err)) == VV_OK) {
		rc = vv_fetch_start_read(start, &p->scratch, in.payload.data, in.payload.len, err);
	}
	if (rc == VV_OK && start->ready) {
		rc = take_frames(p, &in, x, progress, sum, err);
		if (rc < 0) {
			(void)vv_incoming_keep(vv_receive_incoming(x), VV_IGNORED);
		}
	}
	if (rc == VV_OK) {
		rc = vv_frame_read_last(&in, err);
	}
	return rc == VV_OK && start->ready ? vv_receive_end(x, err) : rc;
}

/* --- blocks by name ------------------------------------------------------------------- */

typedef struct named {
	vv_peer *peer;
	const vv_lacking *wants; /* of this request */
	size_t count, at;
	size_t before; /* wants of earlier requests */
	vv_peer_block_fn fn;
	void *payload;
} named;

static vv_status take_one(named *n, const vv_block_received *b, vv_error *err)
{
	if (n->at == n->count) {
		return vv_fail(err, VV_ECORRUPT, "%s sent blocks that were not asked for",
			       vv_channel_name(n->peer->line));
	}
	const vv_cid *cid = &n->wants[n->at].cid;
	if (b->absent || b->unreadable) {
		n->peer->damaged += b->damaged;
		return n->fn(n->payload, n->before + n->at++, NULL, err);
	}
	if (!vv_cid_equal(cid, &b->cid)) {
		return vv_fail(err, VV_ECORRUPT,
			       "%s sent data for the block %s that does not "
			       "match its CID",
			       vv_channel_name(n->peer->line), vv_cid_shows(cid));
	}
	return n->fn(n->payload, n->before + n->at++, b, err);
}

static vv_status take_named(named *n, vv_frame_reader *in, vv_block_in *blocks, vv_error *err)
{
	vv_block_received b;
	uint8_t type;
	vv_status rc;

	while ((rc = vv_frame_read(in, &type, err)) == VV_OK && type == VV_FRAME_BLOCKS) {
		const uint8_t *p = (const uint8_t *)in->payload.data, *end = p + in->payload.len;
		int more;
		while ((more = vv_block_in_next(blocks, &p, end, &b, err)) > 0) {
			if ((rc = take_one(n, &b, err)) < 0) return rc;
		}
		if (more < 0) return (vv_status)more;
	}
	if (rc == VV_OK && type != VV_FRAME_END) return vv_frame_fail_type(in, type, err);
	if (rc == VV_OK && n->at < n->count) {
		return vv_fail(err, VV_ECORRUPT, "%s answered for only %zu of %zu blocks",
			       vv_channel_name(n->peer->line), n->at, n->count);
	}
	return rc < 0 ? rc : vv_channel_done(n->peer->line, err);
}

static vv_status ask_batch(named *n, vv_block_find_fn find, vv_block_get_fn get, vv_error *err)
{
	vv_peer *p = n->peer;
	vv_request q = {.op = VV_OP_BLOCKS};
	vv_auto(vv_frame_reader) in = {0};
	vv_auto(vv_block_in) *blocks = NULL;
	bool any_like = false;

	vv_arena_reset(&p->scratch);
	q.blocks.items = vv_arena_calloc(&p->scratch, n->count, sizeof(vv_cid));
	q.like.items = vv_arena_calloc(&p->scratch, n->count, sizeof(vv_cid));
	if (!q.blocks.items || !q.like.items) return vv_fail_nomem(err);
	for (size_t i = 0; i < n->count; i++) {
		q.blocks.items[i] = n->wants[i].cid;
		q.like.items[i] = n->wants[i].like;
		any_like |= !vv_cid_is_null(&n->wants[i].like);
	}
	q.blocks.count = n->count;
	q.like.count = any_like ? n->count : 0;
	vv_status rc = end_request(p, vv_request_write(p->line, &q, err), err);
	if (rc < 0 || (rc = vv_block_in_open(&blocks, find, get, n->payload, err)) < 0) {
		return rc;
	}
	begin_answer(p, &in, (uint64_t)n->count * (VV_BLOCK_MAX + 64) + ANSWER_BUDGET);
	return take_named(n, &in, blocks, err);
}

vv_status vv_peer_blocks(vv_peer *p, const vv_lacking *wants, size_t count, vv_block_find_fn find,
			 vv_block_get_fn get, vv_peer_block_fn fn, void *payload, vv_error *err)
{
	vv_status rc = VV_OK;

	for (size_t at = 0; at < count; at += BATCH) {
		named n = {.peer = p,
			   .wants = wants + at,
			   .count = count - at < BATCH ? count - at : BATCH,
			   .before = at,
			   .fn = fn,
			   .payload = payload};
		if ((rc = ask_batch(&n, find, get, err)) < 0) return rc;
	}
	return VV_OK;
}

uint64_t vv_peer_damaged(const vv_peer *p)
{
	return p->damaged;
}

void vv_peer_stop(vv_peer *p)
{
	vv_channel_stop(p->line);
}

/* --- push ----------------------------------------------------------------------------- */

static vv_status read_push_answer(vv_peer *p, vv_push_answer *answer, vv_buf *said, vv_error *err)
{
	vv_auto(vv_frame_reader) in = {0};
	uint8_t type;
	vv_status rc;

	begin_answer(p, &in, ANSWER_BUDGET);
	while ((rc = vv_frame_read(&in, &type, err)) == VV_OK && type == VV_FRAME_TEXT) {
		vv_buf_put(said, in.payload.data, in.payload.len);
	}
	if (rc == VV_OK && type != VV_FRAME_MESSAGE) {
		rc = vv_frame_fail_type(&in, type, err);
	}
	if (rc == VV_OK) {
		rc = vv_push_answer_read(answer, &p->scratch, in.payload.data, in.payload.len, err);
	}
	if (rc == VV_OK) {
		rc = vv_frame_read_last(&in, err);
	}
	return rc < 0 ? rc : vv_buf_ok(said, err);
}

vv_status vv_peer_push(vv_peer *p, const vv_push_ref *refs, size_t count, bool ahead, vv_send *s,
		       const vv_progress *progress, vv_push_answer *answer, vv_fetch_sum *sum,
		       vv_buf *said, vv_error *err)
{
	const vv_request q = {.op = VV_OP_PUSH,
			      .refs = (vv_push_ref *)(uintptr_t)refs, /* only read */
			      .ref_count = count,
			      .ahead = ahead};

	vv_arena_reset(&p->scratch);
	memset(sum, 0, sizeof(*sum));
	vv_status rc = vv_request_write(p->line, &q, err);
	if (rc == VV_OK && s &&
	    (rc = vv_send_blocks(s, p->line, true, progress, sum, err)) == VV_OK) {
		rc = vv_send_objects(s, p->line, progress, sum, err);
	}
	if ((rc = end_request(p, rc, err)) < 0) return rc;
	rc = read_push_answer(p, answer, said, err);
	if (rc == VV_OK && answer->count != count) {
		rc = vv_fail(err, VV_ECORRUPT, "%s answered for only %zu of %zu refs",
			     vv_channel_name(p->line), answer->count, count);
	}
	return rc;
}
