/*
 * push: knows what both sides have in common, and what the other one has besides.
 */
#include "transport/push.h"

#include <string.h>

#include "base/sys.h"
#include "repo/git_send.h"

/* Less than this is sent without asking whether it is there. */
#define UNASKED_BYTES (1u << 20)
#define KNOWN_FIRST 256u
#define KNOWN_MAX 16384u
#define ATTEMPTS 3

typedef struct run {
	const vv_push *p;
	vv_push_outcome *out;
	const vv_hello *hello;
	vv_oids wants, commons; /* owned */
	vv_send *send;
} run;

void vv_push_outcome_clear(vv_push_outcome *o)
{
	vv_buf_clear(&o->said);
}

static vv_status find_wants(run *r, vv_error *err)
{
	r->wants.items = vv_calloc(r->p->ref_count + 1, sizeof(vv_oid));
	if (!r->wants.items) {
		return vv_fail_nomem(err);
	}
	for (size_t i = 0; i < r->p->ref_count; i++) {
		if (!vv_oid_is_null(&r->p->refs[i].id)) {
			r->wants.items[r->wants.count++] = r->p->refs[i].id;
		}
	}
	return VV_OK;
}

/* Of the other side's refs those whose commits are here. */
static vv_status common_refs(run *r, vv_error *err)
{
	size_t count = r->hello->ref_count;
	bool *known = vv_calloc(count + 1, sizeof(bool));
	vv_oid *ids = vv_calloc(count + 1, sizeof(vv_oid));
	vv_status rc = VV_OK;

	r->commons.items = vv_calloc(count + 1, sizeof(vv_oid));
	if (!known || !ids || !r->commons.items) {
		rc = vv_fail_nomem(err);
	}
	for (size_t i = 0; rc == VV_OK && i < count; i++) {
		ids[i] = r->hello->refs[i].peeled;
	}
	rc = rc < 0 ? rc : vv_commits_known(r->p->repo, ids, count, known, err);
	for (size_t i = 0; rc == VV_OK && i < count; i++) {
		if (known[i]) {
			r->commons.items[r->commons.count++] = ids[i];
		}
	}
	vv_free(known);
	vv_free(ids);
	return rc;
}

/* Its refs are all unknown here: which of our commits does it have? */
static vv_status ask_known(run *r, vv_error *err)
{
	vv_oid *sample;
	size_t count, at = 0;
	uint8_t bits[KNOWN_MAX / 8];
	vv_status rc = vv_commits_sample(r->p->repo, KNOWN_MAX, &sample, &count, err);

	if (rc < 0) {
		return rc;
	}
	vv_free(r->commons.items);
	r->commons.items = vv_calloc(count + 1, sizeof(vv_oid));
	if (!r->commons.items) {
		rc = vv_fail_nomem(err);
	}
	for (size_t step = KNOWN_FIRST; rc == VV_OK && at < count && r->commons.count == 0; step *= 4) {
		size_t n = count - at < step ? count - at : step;
		const vv_oids ids = {sample + at, n};
		r->out->rounds++;
		rc = vv_peer_known(r->p->peer, &ids, bits, err);
		for (size_t i = 0; rc == VV_OK && i < n; i++) {
			if (vv_bit(bits, i)) {
				r->commons.items[r->commons.count++] = sample[at + i];
			}
		}
		at += n;
	}
	vv_free(sample);
	return rc;
}

static vv_status find_common(run *r, vv_error *err)
{
	vv_status rc = common_refs(r, err);
	if (rc == VV_OK && r->commons.count == 0 && r->hello->ref_count > 0 && r->wants.count > 0) {
		rc = ask_known(r, err);
	}
	return rc;
}

/* Asks which of the blocks are there, where it may be many. */
static vv_status ask_have(run *r, const vv_send_plan *plan, vv_error *err)
{
	size_t count = (size_t)plan->blocks, bytes = count / 8 + 1;
	bool empty = r->hello->ref_count == 0 && r->hello->held == 0;
	vv_status rc = VV_OK;

	if (empty || (plan->leaf_bytes < UNASKED_BYTES && r->hello->held == 0)) {
		return VV_OK;
	}
	vv_cid *cids = vv_calloc(count + 1, sizeof(vv_cid));
	uint8_t *have = vv_calloc(bytes, 1), *held = vv_calloc(bytes, 1);
	if (!cids || !have || !held) {
		rc = vv_fail_nomem(err);
	}
	for (size_t i = 0; rc == VV_OK && i < count; i++) {
		cids[i] = *vv_send_block(r->send, i);
	}
	r->out->rounds++;
	rc = rc < 0 ? rc : vv_peer_have(r->p->peer, cids, count, have, held, err);
	for (size_t i = 0; rc == VV_OK && i < count; i++) {
		if (vv_bit(have, i) || vv_bit(held, i)) {
			vv_send_skip(r->send, i);
			r->out->had++;
		}
	}
	vv_free(cids);
	vv_free(have);
	vv_free(held);
	return rc;
}

/* The other side lacks blocks that it seemed to have: it said which. */
static vv_status push_missing(run *r, vv_error *err)
{
	vv_status rc = VV_OK;

	for (int i = 0; rc == VV_OK && r->out->answer.missing.count > 0 && i < ATTEMPTS; i++) {
		vv_fetch_sum sum;
		rc = vv_send_only(r->send, &r->out->answer.missing, err);
		r->out->rounds++;
		rc = rc < 0 ? rc
			    : vv_peer_push(r->p->peer, r->p->refs, r->p->ref_count, r->send, r->p->progress,
					   &r->out->answer, &sum, &r->out->said, err);
		if (rc == VV_OK) {
			r->out->sum.blocks += sum.blocks;
			r->out->sum.bytes += sum.bytes;
		}
	}
	return rc;
}

static vv_status send_all(run *r, vv_error *err)
{
	r->out->rounds++;
	vv_status rc = vv_peer_push(r->p->peer, r->p->refs, r->p->ref_count, r->send, r->p->progress,
				    &r->out->answer, &r->out->sum, &r->out->said, err);
	return rc < 0 || !r->send ? rc : push_missing(r, err);
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
		if ((rc = find_common(&r, err)) == VV_OK &&
		    (rc = vv_send_open(&r.send, p->repo, &r.wants, &r.commons, err)) == VV_OK) {
			vv_send_plan_get(r.send, &plan);
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
	vv_free(r.wants.items);
	vv_free(r.commons.items);
	if (rc == VV_ECORRUPT || rc == VV_EMISSING) {
		vv_hint(err, "'varve fsck' tells which versions lack blocks here; 'varve fetch' gets what others have");
	}
	return rc;
}
