/*
 * push: finds the commits that both sides have, and the blocks that the other one has besides.
 */
#include "transport/protocol/push.h"

#include <string.h>

#include "base/array.h"
#include "base/hint.h"
#include "base/sys.h"
#include "repo/git/objects/send.h"

/* Less than this is sent without asking whether the other side has it. */
#define UNASKED_BYTES (1u << 20)
#define KNOWN_FIRST 256u
#define KNOWN_MAX 16384u
#define ATTEMPTS 32 /* to send the blocks that the other side lacks */

typedef struct run {
	const vv_push *p;
	vv_push_outcome *out;
	const vv_hello *hello;
	vv_oids wants, commons, whole; /* owned; whole: of commons */
	bool mends;                    /* some of commons lack blocks there */
	vv_expired *expired;           /* the other side's lists, if they are known here; NULL */
	vv_send *send;
} run;

void vv_push_outcome_clear(vv_push_outcome *o)
{
	vv_buf_clear(&o->said);
}

static vv_status find_wants(run *r, vv_error *err)
{
	vv_status rc;

	vv_array_each(r->p->refs, r->p->ref_count, ref) {
		if ((rc = vv_oids_add(&r->wants, &ref->id, err)) < 0) return rc;
	}
	return VV_OK;
}

/* The other side's refs whose commits are here, and the whole ones among them. */
static vv_status common_refs(run *r, vv_error *err)
{
	/* and its signed heads, which follow */
	size_t count = r->hello->ref_count + r->hello->head_count;
	vv_auto_free bool *known = vv_calloc(count + 1, sizeof(bool));
	vv_auto_free vv_oid *ids = vv_calloc(count + 1, sizeof(vv_oid));
	vv_status rc = known && ids ? VV_OK : vv_fail_nomem(err);

	for (size_t i = 0; rc == VV_OK && i < count; i++) {
		ids[i] = r->hello->refs[i].peeled;
	}
	if (rc == VV_OK) {
		rc = vv_commits_known(r->p->repo, ids, count, known, err);
	}
	for (size_t i = 0; rc == VV_OK && i < count; i++) {
		if (known[i] && (rc = vv_oids_add(&r->commons, &ids[i], err)) == VV_OK &&
		    r->hello->refs[i].whole) {
			rc = vv_oids_add(&r->whole, &ids[i], err);
		}
	}
	r->mends = r->whole.count < r->commons.count;
	for (size_t i = 0; rc == VV_OK && i < r->hello->edge.count; i++) {
		/* also such as are missing here */
		rc = vv_oids_add(&r->whole, &r->hello->edge.items[i], err);
	}
	return rc;
}

/* Its refs are all unknown here: which of our commits does it have? */
static vv_status ask_known(run *r, vv_error *err)
{
	vv_auto(vv_oids) sample = {0};
	size_t at = 0;
	uint8_t bits[KNOWN_MAX / 8];
	bool all;
	vv_status rc = vv_commits_sample(r->p->repo, KNOWN_MAX, 0, &sample, &all, err);

	if (rc < 0) return rc;
	for (size_t step = KNOWN_FIRST; at < sample.count && r->commons.count == 0; step *= 4) {
		size_t n = sample.count - at < step ? sample.count - at : step;
		const vv_oids ids = {.items = sample.items + at, .count = n};
		r->out->rounds++;
		if ((rc = vv_peer_known(r->p->peer, &ids, bits, err)) < 0) return rc;
		for (size_t i = 0; i < n; i++) {
			if (vv_bit(bits, i) &&
			    (rc = vv_oids_add(&r->commons, &ids.items[i], err)) < 0) {
				return rc;
			}
		}
		at += n;
	}
	return VV_OK;
}

static vv_status find_common(run *r, vv_error *err)
{
	vv_status rc = common_refs(r, err);
	if (rc == VV_OK && r->commons.count == 0 && r->hello->ref_count > 0 && r->wants.count > 0) {
		rc = ask_known(r, err);
	}
	return rc;
}

/* Asks which of the blocks the other side has. */
static vv_status ask_which(run *r, const vv_send_plan *plan, vv_error *err)
{
	size_t count = (size_t)plan->blocks, bytes = count / 8 + 1;
	vv_status rc = VV_OK;
	vv_auto_free vv_cid *cids = vv_calloc(count + 1, sizeof(vv_cid));
	vv_auto_free uint8_t *have = vv_calloc(bytes, 1), *held = vv_calloc(bytes, 1);
	if (!cids || !have || !held) {
		rc = vv_fail_nomem(err);
	}
	for (size_t i = 0; rc == VV_OK && i < count; i++) {
		cids[i] = *vv_send_block(r->send, i);
	}
	r->out->rounds++;
	if (rc == VV_OK) {
		rc = vv_peer_have(r->p->peer, cids, count, have, held, err);
	}
	for (size_t i = 0; rc == VV_OK && i < count; i++) {
		if (vv_bit(have, i) || vv_bit(held, i)) {
			vv_send_skip(r->send, i);
			r->out->had++;
			r->out->held += !vv_bit(have, i);
		}
	}
	return rc;
}

static vv_status ask_have(run *r, const vv_send_plan *plan, vv_error *err)
{
	bool empty = r->hello->ref_count == 0 && r->hello->held == 0;
	bool may_be_many = plan->leaf_bytes >= UNASKED_BYTES || r->hello->held > 0 || r->mends;

	return empty || !may_be_many ? VV_OK : ask_which(r, plan, err);
}

static vv_status send_once(run *r, vv_fetch_sum *sum, vv_error *err)
{
	const vv_push *p = r->p;

	r->out->rounds++;
	return vv_peer_push(p->peer, p->refs, p->ref_count, p->ahead, r->send, p->progress,
			    &r->out->answer, sum, &r->out->said, err);
}

/* The other side lacks blocks that it seemed to have, and has sent a list of them. As long as the
 * list changes the push makes progress. */
static vv_status push_missing(run *r, vv_error *err)
{
	vv_status rc;
	vv_cid last = {0};

	for (int i = 0; i < ATTEMPTS; i++) {
		const vv_cids *missing = &r->out->answer.missing;
		vv_fetch_sum sum;
		if (missing->count == 0 ||
		    vv_cid_equal(&missing->items[missing->count - 1], &last)) {
			break;
		}
		last = missing->items[missing->count - 1];
		if ((rc = vv_send_only(r->send, missing, err)) < 0) return rc;
		vv_send_plan plan = vv_send_plan_get(r->send);
		if (plan.blocks > missing->count && (rc = ask_which(r, &plan, err)) < 0) return rc;
		if ((rc = send_once(r, &sum, err)) < 0) return rc;
		r->out->sum.blocks += sum.blocks;
		r->out->sum.bytes += sum.bytes;
	}
	return VV_OK;
}

static vv_status send_all(run *r, vv_error *err)
{
	vv_status rc = send_once(r, &r->out->sum, err);

	if (rc == VV_OK && r->out->sum.commits == 0 && r->commons.count == 0) {
		rc = vv_commits_count(r->p->repo, r->wants.items, r->wants.count, NULL, 0,
				      &r->out->sum.commits, err);
	}
	return rc < 0 || !r->send ? rc : push_missing(r, err);
}

/* Versions older than the common ones may contain an unreadable pointer, which must not stop the
 * new ones. */
static vv_status open_send(run *r, vv_error *err)
{
	vv_status rc = vv_expired_open(&r->expired, r->p->repo, &r->hello->expired.id, err);

	if (rc < 0 && (rc = vv_missing_ok(rc, err)) < 0) return rc;
	rc = vv_send_open(&r->send, r->p->repo, &r->wants, &r->commons, r->mends ? &r->whole : NULL,
			  r->expired, err);
	if (rc == VV_ECORRUPT && r->mends) {
		r->mends = false;
		rc = vv_send_open(&r->send, r->p->repo, &r->wants, &r->commons, NULL, r->expired,
				  err);
	}
	return rc;
}

vv_status vv_push_run(const vv_push *p, vv_push_outcome *out, vv_error *err)
{
	run r = {.p = p, .out = out};
	vv_send_plan plan = {0};
	vv_status rc;

	memset(out, 0, sizeof(*out));
	if ((rc = vv_peer_hello(p->peer, &r.hello, err)) < 0 || (rc = find_wants(&r, err)) < 0) {
		vv_free(r.wants.items);
		return rc;
	}
	if (r.wants.count > 0) {
		if ((rc = find_common(&r, err)) == VV_OK && (rc = open_send(&r, err)) == VV_OK) {
			plan = vv_send_plan_get(r.send);
			rc = ask_have(&r, &plan, err);
		}
	}
	if (rc == VV_OK && p->dry_run) {
		out->sum.datasets = plan.datasets;
		out->sum.blocks = plan.blocks - out->had;
		out->sum.bytes = plan.leaf_bytes;
	} else if (rc == VV_OK) {
		rc = send_all(&r, err);
	}
	vv_send_close(r.send);
	vv_expired_close(r.expired);
	vv_free_all(r.wants.items, r.commons.items, r.whole.items);
	if (rc == VV_ECORRUPT || rc == VV_EMISSING) {
		vv_hint_code(err, VV_HINT_FETCH_ALL);
	}
	return rc;
}
