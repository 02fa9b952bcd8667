/*
 * small_history: see its header.
 */
#include "tests/unit/transport/small_history.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "repo/blocks/cbor.h"
#include "repo/blocks/store.h"
#include "repo/git/history/refs.h"
#include "repo/git/objects/receive.h"
#include "repo/git/pointer.h"
#include "repo/git/repository_init.h"
#include "tests/unit/writer_add.h"

extern char **environ;

#define PER_NODE 8u

static void require(vv_status rc, const vv_error *err)
{
	if (rc < 0) {
		(void)fprintf(stderr, "small_history: %s\n", err->message);
		abort();
	}
}

vv_repository *small_repository(const char *path)
{
	vv_init_options o = {.bare = true, .initial_branch = "main", .program = "varve"};
	vv_repository *r = NULL;
	vv_env *env;
	bool created;
	vv_error err;

	require(vv_env_new(&env, (const char *const *)environ, &err), &err);
	o.env = env;
	require(vv_repository_init(&r, path, &o, &created, &err), &err);
	vv_env_free(env);
	return r;
}

/* Leaf i changes with the versions that leave the remainder i. */
void small_leaf_bytes(vv_buf *out, unsigned v, unsigned i)
{
	unsigned since = v >= i ? v - (v - i) % SMALL_LEAVES : 0;

	for (unsigned row = 0; row < 12; row++) {
		vv_buf_printf(out, "%u,name-%u,%u\n", i * 12 + row, (i * 7 + row) * 2654435761u,
			      row == since % 12 ? since : 0);
	}
}

static vv_cid put(vv_writer *w, uint8_t codec, vv_buf *b)
{
	vv_cid cid;
	vv_error err;

	require(vv_buf_ok(b, &err), &err);
	require(w ? vv_test_add(w, &cid, codec, b->data, b->len, NULL, &err)
		  : vv_cid_of(&cid, codec, b->data, b->len, &err),
		&err);
	vv_buf_clear(b);
	return cid;
}

static vv_cid put_node(vv_writer *w, const char *kind, const vv_cid *links, size_t count)
{
	vv_buf b = VV_BUF_INIT;

	vv_cbor_put_map(&b, 2);
	vv_cbor_put_key(&b, "v");
	vv_cbor_put_text(&b, kind, strlen(kind));
	vv_cbor_put_key(&b, "links");
	vv_cbor_put_array(&b, count);
	for (size_t i = 0; i < count; i++) {
		vv_cbor_put_link(&b, &links[i]);
	}
	return put(w, VV_CODEC_DAG_CBOR, &b);
}

/* to: where its leaves go. */
static vv_cid make_version(vv_writer *w, vv_writer *to, unsigned v)
{
	vv_cid leaves[SMALL_LEAVES], nodes[SMALL_LEAVES / PER_NODE];
	vv_buf b = VV_BUF_INIT;

	for (unsigned i = 0; i < SMALL_LEAVES; i++) {
		small_leaf_bytes(&b, v, i);
		leaves[i] = put(to, VV_CODEC_RAW, &b);
	}
	for (unsigned i = 0; i < SMALL_LEAVES / PER_NODE; i++) {
		nodes[i] = put_node(w, "list", leaves + (size_t)i * PER_NODE, PER_NODE);
	}
	return put_node(w, "root", nodes, SMALL_LEAVES / PER_NODE);
}

vv_cid small_root(unsigned v)
{
	return make_version(NULL, NULL, v);
}

vv_cid small_leaf(unsigned v, unsigned i)
{
	vv_buf b = VV_BUF_INIT;

	small_leaf_bytes(&b, v, i);
	return put(NULL, VV_CODEC_RAW, &b);
}

static vv_cid put_version(vv_repository *r, unsigned v, bool leaves)
{
	vv_store *s;
	vv_writer *w = NULL;
	vv_error err;

	require(vv_repository_store(r, &s, &err), &err);
	require(vv_writer_open(&w, s, 10000, &err), &err);
	vv_cid root = make_version(w, leaves ? w : NULL, v);
	require(vv_writer_commit(w, &err), &err);
	vv_writer_close(w);
	return root;
}

vv_cid small_version(vv_repository *r, unsigned v)
{
	return put_version(r, v, true);
}

vv_cid small_nodes(vv_repository *r, unsigned v)
{
	return put_version(r, v, false);
}

static vv_oid put_object(vv_git_receive *g, vv_git_type type, vv_buf *b)
{
	vv_oid id;
	vv_error err;

	require(vv_buf_ok(b, &err), &err);
	require(vv_git_receive_object(g, type, b->data, b->len, &id, &err), &err);
	vv_buf_clear(b);
	return id;
}

static vv_oid commit_root(vv_repository *r, unsigned v, const vv_cid *root, const vv_oid *parent)
{
	vv_pointer p = {.kind = "file", .root = *root, .bytes = 1000 + v};
	vv_git_receive *g = NULL;
	vv_buf b = VV_BUF_INIT;
	char hex[VV_OID_TEXT + 1];
	vv_error err;

	require(vv_git_receive_open(&g, r, NULL, &err), &err);
	vv_pointer_put(&b, &p);
	vv_oid id = put_object(g, VV_GIT_BLOB, &b);
	vv_buf_puts(&b, "100644 t.csv");
	vv_buf_putc(&b, 0);
	vv_buf_put(&b, id.id, sizeof(id.id));
	id = put_object(g, VV_GIT_TREE, &b);
	vv_oid_text(hex, &id);
	vv_buf_printf(&b, "tree %s\n", hex);
	if (parent) {
		vv_oid_text(hex, parent);
		vv_buf_printf(&b, "parent %s\n", hex);
	}
	vv_buf_printf(&b,
		      "author A U Thor <author@example.org> %u +0000\n"
		      "committer A U Thor <author@example.org> %u +0000\n\nVersion %u\n",
		      1700000000 + v, 1700000000 + v, v);
	id = put_object(g, VV_GIT_COMMIT, &b);
	require(vv_git_receive_end(g, &id, 1, &err), &err);
	require(vv_git_receive_install(g, &err), &err);
	vv_git_receive_close(g);
	return id;
}

vv_oid small_commit(vv_repository *r, unsigned v, const vv_oid *parent)
{
	vv_cid root = small_root(v);

	return commit_root(r, v, &root, parent);
}

void small_shown(vv_repository *r, const vv_cid *cids, size_t count)
{
	vv_store *s;
	vv_writer *w = NULL;
	vv_error err;

	require(vv_repository_store(r, &s, &err), &err);
	require(vv_writer_open(&w, s, 10, &err), &err);
	vv_cid root = put_node(w, "root", cids, count);
	require(vv_writer_commit(w, &err), &err);
	vv_writer_close(w);
	vv_oid commit = commit_root(r, 0, &root, NULL);
	small_ref(r, "refs/heads/main", &commit);
}

void small_ref(vv_repository *r, const char *name, const vv_oid *id)
{
	const vv_ref_change change = {.name = name, .id = id, .force = true};
	vv_error err;

	require(vv_refs_update(r, &change, 1, "test", &err), &err);
}
