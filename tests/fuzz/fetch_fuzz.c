/*
 * The first byte chooses the request, the rest is the server's answer. A version reported as complete
 * is complete, blocks are those that were requested, and no answer makes the fetch skip the check of
 * a new version.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/sys.h"
#include "repo/blocks/resemble.h"
#include "repo/known/incoming.h"
#include "tests/fuzz/fuzz.h"
#include "tests/unit/transport/memory_line.h"
#include "tests/unit/transport/small_history.h"
#include "transport/protocol/fetch.h"
#include "transport/protocol/push.h"

static char dir[] = "/tmp/varve-fetch-XXXXXX";
static vv_repository *repo;
static vv_oid ours, theirs;

static void require(bool holds)
{
	if (!holds) {
		abort();
	}
}

static int no_fsync(int fd)
{
	(void)fd;
	return 0;
}

static void finish(void)
{
	vv_repository_close(repo);
	(void)vv_remove_tree(dir, NULL);
}

/* Ours is version 0 and 1; theirs would be 2, of which only the id is known here. */
static void prepare(void)
{
	char other[sizeof(dir) + 8], mine[sizeof(dir) + 8];
	vv_repository *far;
	vv_oid first;

	vv_sys_ops.fsync = no_fsync;
	require(mkdtemp(dir) && atexit(finish) == 0 && setenv("HOME", dir, 1) == 0 &&
		setenv("GIT_CONFIG_NOSYSTEM", "1", 1) == 0 && unsetenv("GIT_DIR") == 0);
	(void)snprintf(mine, sizeof(mine), "%s/mine", dir);
	(void)snprintf(other, sizeof(other), "%s/other", dir);
	repo = small_repository(mine);
	(void)small_version(repo, 0);
	(void)small_version(repo, 1);
	first = small_commit(repo, 0, NULL);
	ours = small_commit(repo, 1, &first);
	small_ref(repo, "refs/heads/main", &ours);
	far = small_repository(other);
	first = small_commit(far, 0, NULL);
	theirs = small_commit(far, 1, &first);
	theirs = small_commit(far, 2, &theirs);
	vv_repository_close(far);
}

/* --- fetch ----------------------------------------------------------------------------------- */

typedef struct looking {
	vv_incoming *in;
	bool whole;
	unsigned checks;
} looking;

static vv_status get(void *payload, const vv_cid *cid, vv_buf *out, vv_error *err)
{
	return vv_incoming_get(((looking *)payload)->in, cid, out, err);
}

static vv_status meet(void *payload, const vv_cid *cid, const vv_cid *like, vv_error *err)
{
	looking *l = payload;
	bool below;

	(void)like;
	(void)err;
	l->whole &= vv_incoming_has(l->in, cid, &below);
	return VV_OK;
}

/* Refuses, so that the repository stays as it is. */
static vv_status check(void *payload, vv_repository *with, vv_incoming *in,
		       const vv_new_root *version, vv_error *err)
{
	looking *l = payload, here = {.in = in, .whole = true};
	uint64_t missing = 0;
	const vv_resemble walk = {.get = get,
				  .fn = meet,
				  .payload = &here,
				  .seen = vv_cid_set_new(),
				  .missing = &missing};

	require(with && walk.seen);
	require(vv_resemble_walk(&walk, &version->root, NULL, err) == VV_OK);
	require(l->whole == false || (here.whole && missing == 0));
	vv_cid_set_free(walk.seen);
	l->checks++;
	return vv_fail(err, VV_EREFUSED, "checked");
}

static void try_fetch(vv_peer *peer, bool allow_missing)
{
	vv_supplier supplier = {.name = "peer", .peer = peer};
	looking l = {.whole = !allow_missing};
	const vv_fetch f = {.repo = repo,
			    .suppliers = &supplier,
			    .supplier_count = 1,
			    .wants = {.items = &theirs, .count = 1},
			    .check = check,
			    .payload = &l,
			    .allow_missing = allow_missing};
	vv_fetch_result result;
	vv_error err = {0};
	vv_status rc = vv_fetch_run(&f, &result, &err);

	require(rc < 0 && err.code == rc && err.message[0] != '\0');
	vv_fetch_result_clear(&result);
}

/* --- further requests ----------------------------------------------------------------------- */

typedef struct asked {
	vv_lacking wants[4];
	size_t given;
} asked;

static vv_status find_none(void *payload, uint8_t codec, const uint8_t prefix[VV_BASE_PREFIX],
			   vv_cid *cid, vv_error *err)
{
	const asked *a = payload;
	*cid = a->wants[0].like;
	return codec == cid->codec && memcmp(prefix, cid->digest, VV_BASE_PREFIX) == 0
		       ? VV_OK
		       : vv_fail(err, VV_ENOTFOUND, "none");
}

static vv_status get_like(void *payload, const vv_cid *cid, vv_buf *out, vv_error *err)
{
	(void)payload;
	for (unsigned i = 0; i < 4; i++) {
		for (unsigned v = 1; v <= 2; v++) {
			vv_cid is = small_leaf(v, i);
			if (vv_cid_equal(&is, cid)) {
				vv_buf_reset(out);
				small_leaf_bytes(out, v, i);
				return vv_buf_ok(out, err);
			}
		}
	}
	return vv_fail(err, VV_EMISSING, "none");
}

static vv_status take(void *payload, size_t i, const vv_block_received *b, vv_error *err)
{
	asked *a = payload;
	vv_cid is;

	require(i == a->given++ && i < 4);
	require(!b || (vv_cid_equal(&b->cid, &a->wants[i].cid) &&
		       vv_cid_of(&is, b->cid.codec, b->bytes, b->len, err) == VV_OK &&
		       vv_cid_equal(&is, &b->cid)));
	return VV_OK;
}

static void try_blocks(vv_peer *peer)
{
	asked a = {.given = 0};
	vv_error err = {0};

	for (unsigned i = 0; i < 4; i++) {
		a.wants[i] = (vv_lacking){small_leaf(2, i), small_leaf(1, i)};
	}
	vv_status rc = vv_peer_blocks(peer, a.wants, 4, find_none, get_like, take, &a, &err);
	require(rc == VV_OK ? a.given == 4 : err.code == rc && err.message[0] != '\0');
}

static void try_questions(vv_peer *peer)
{
	const vv_hello *hello;
	const vv_oid ids[] = {ours, theirs};
	const vv_oids list = {.items = (vv_oid *)(uintptr_t)ids, .count = 2};
	const vv_cid cids[] = {small_leaf(0, 0), small_leaf(1, 1), small_leaf(2, 2)};
	uint8_t bits = 0, have = 0, held = 0;
	vv_error err = {0};

	vv_status rc = vv_peer_hello(peer, &hello, &err);
	rc = rc < 0 ? rc : vv_peer_known(peer, &list, &bits, &err);
	rc = rc < 0 ? rc : vv_peer_have(peer, cids, 3, &have, &held, &err);
	require(rc == VV_OK || (err.code == rc && err.message[0] != '\0'));
}

static void try_push(vv_peer *peer)
{
	const vv_push_ref ref = {"refs/heads/main", theirs, ours, false};
	const vv_push p = {.repo = repo, .peer = peer, .refs = &ref, .ref_count = 1};
	vv_push_outcome o;
	vv_error err = {0};
	vv_status rc = vv_push_run(&p, &o, &err);

	require(rc == VV_OK ? o.answer.count == 1 : err.code == rc && err.message[0] != '\0');
	vv_push_outcome_clear(&o);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	memory_line m = {.out = VV_BUF_INIT};
	vv_peer *peer = NULL;
	vv_channel *line;
	vv_error err;

	if (size < 1 || size > 65536) return 0;
	if (!repo) {
		prepare();
	}
	line = memory_line_open(&m, data + 1, size - 1);
	require(line && vv_peer_over(&peer, line, &err) == VV_OK);
	switch (data[0] % 5) {
	case 0:
		try_fetch(peer, false);
		break;
	case 1:
		try_fetch(peer, true);
		break;
	case 2:
		try_blocks(peer);
		break;
	case 3:
		try_questions(peer);
		break;
	default:
		try_push(peer);
	}
	vv_peer_close(peer);
	vv_buf_clear(&m.out);
	require(vv_incoming_expire(repo, 0, &err) == VV_OK);
	return 0;
}
