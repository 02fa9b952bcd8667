/*
 * leaf_list: reads and writes the list's bytes, and counts the nodes above so many leaves.
 *
 * Content: header; for each leaf its digest and its end in the file; for each node, height by
 * height, its digest and the bytes of all blocks below; then, by digest, the positions of both.
 */
#include "transport/ipfs/leaf_list.h"

#include <assert.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/buf.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"
#include "repo/blocks/derived.h"

/* unixfs_tree: when a node is complete: once one more link comes, or the file ends. */

typedef struct level {
	vv_unixfs_link *links; /* VV_UNIXFS_WIDTH; NULL: nothing came so high */
	size_t count;
} level;

struct vv_unixfs_tree {
	vv_unixfs_node_fn fn;
	void *payload;
	level levels[VV_UNIXFS_HEIGHT + 1]; /* 0: leaves */
	vv_buf node;
};

vv_unixfs_tree *vv_unixfs_tree_new(vv_unixfs_node_fn fn, void *payload)
{
	vv_unixfs_tree *t = vv_calloc(1, sizeof(*t));

	if (t) {
		t->fn = fn;
		t->payload = payload;
	}
	return t;
}

void vv_unixfs_tree_free(vv_unixfs_tree *t)
{
	if (t) {
		for (unsigned h = 0; h <= VV_UNIXFS_HEIGHT; h++) {
			vv_free(t->levels[h].links);
		}
		vv_buf_clear(&t->node);
		vv_free(t);
	}
}

/* The links of a height become a node. */
static vv_status make_tree_node(vv_unixfs_tree *t, unsigned h, vv_unixfs_link *out, vv_error *err)
{
	level *v = &t->levels[h];
	vv_status rc;

	vv_buf_reset(&t->node);
	if ((rc = vv_unixfs_node_encode(&t->node, v->links, v->count, err)) < 0 ||
	    (rc = vv_cid_of(&out->cid, VV_CODEC_DAG_PB, t->node.data, t->node.len, err)) < 0) {
		return rc;
	}
	out->bytes = 0;
	out->total = t->node.len;
	vv_array_each(v->links, v->count, link) {
		out->bytes += link->bytes; /* their sum was checked when it was written */
		if (__builtin_add_overflow(out->total, link->total, &out->total)) {
			return vv_fail(err, VV_EREFUSED, "the file has more than 2^64 bytes");
		}
	}
	v->count = 0;
	return t->fn ? t->fn(t->payload, out, h + 1, err) : VV_OK;
}

static vv_status append_link(vv_unixfs_tree *t, unsigned h, const vv_unixfs_link *link,
			     vv_error *err)
{
	vv_unixfs_link up, item = *link;
	vv_status rc;

	/* a full node goes up and may fill the next one */
	while (t->levels[h].count == VV_UNIXFS_WIDTH) {
		if ((rc = make_tree_node(t, h, &up, err)) < 0) return rc;
		t->levels[h].links[t->levels[h].count++] = item;
		item = up;
		if (++h > VV_UNIXFS_HEIGHT) {
			return vv_fail(err, VV_EREFUSED, "the file has too many parts for UnixFS");
		}
	}
	if (!t->levels[h].links &&
	    !(t->levels[h].links = vv_calloc(VV_UNIXFS_WIDTH, sizeof(*t->levels[h].links)))) {
		return vv_fail_nomem(err);
	}
	t->levels[h].links[t->levels[h].count++] = item;
	return VV_OK;
}

vv_status vv_unixfs_tree_add(vv_unixfs_tree *t, const vv_unixfs_link *leaf, vv_error *err)
{
	return append_link(t, 0, leaf, err);
}

vv_status vv_unixfs_tree_finish(vv_unixfs_tree *t, vv_unixfs_link *root, vv_error *err)
{
	vv_unixfs_link up;
	vv_status rc;
	unsigned h = 0;

	assert(t->levels[0].count > 0);
	for (;;) {
		bool top = h == VV_UNIXFS_HEIGHT || !t->levels[h + 1].links;

		if (top && t->levels[h].count == 1) {
			*root = t->levels[h].links[0];
			return VV_OK;
		}
		if (h == VV_UNIXFS_HEIGHT) {
			return vv_fail(err, VV_EREFUSED, "the file has too many parts for UnixFS");
		}
		if ((rc = make_tree_node(t, h, &up, err)) < 0 ||
		    (rc = append_link(t, h + 1, &up, err)) < 0) {
			return rc;
		}
		h++;
	}
}

#define MARK "VVLEAF\x01\n"
#define LEAVES_AT (VV_DERIVED_MARK + 2 * VV_CID_BYTES)
#define BYTES_AT (LEAVES_AT + 8u)
#define HEADER_LEN (BYTES_AT + 8u)
#define DIGEST_LEN 32u
#define ENTRY_LEN (DIGEST_LEN + 8u)
#define SORTED_LEN 12u /* the first 8 bytes of the digest, and a place */
#define SUM_LEN 8u
#define LEAVES_MAX ((uint64_t)1 << 31) /* a place has 32 bits */
#define PIECE ((size_t)64 << 10)

struct vv_leaf_list {
	char *path;
	int fd;
	vv_cid version, file;
	uint64_t leaves, bytes;
	uint64_t nodes[VV_UNIXFS_HEIGHT + 2]; /* of each height; [0]: the leaves */
	uint64_t count;                       /* of all */
};

const vv_cid *vv_leaf_list_version(const vv_leaf_list *l)
{
	return &l->version;
}

const vv_cid *vv_leaf_list_file(const vv_leaf_list *l)
{
	return &l->file;
}

uint64_t vv_leaf_list_bytes(const vv_leaf_list *l)
{
	return l->bytes;
}

char *vv_leaf_list_path(const char *dir, const vv_cid *version)
{
	return vv_path_join(dir, vv_cid_shows(version), (char *)NULL);
}

/* Each height has a node for every 1024 of the one below, up to the one that is alone. */
static uint64_t count_nodes(uint64_t nodes[VV_UNIXFS_HEIGHT + 2], uint64_t leaves)
{
	uint64_t all = leaves;

	memset(nodes, 0, sizeof(uint64_t) * (VV_UNIXFS_HEIGHT + 2));
	nodes[0] = leaves;
	for (unsigned h = 0; nodes[h] > 1; h++) {
		nodes[h + 1] = (nodes[h] + VV_UNIXFS_WIDTH - 1) / VV_UNIXFS_WIDTH;
		all += nodes[h + 1];
	}
	return all;
}

/* --- making ---------------------------------------------------------------------------------- */

typedef struct making {
	vv_unixfs_tree *tree;
	vv_buf out;                         /* header and leaves */
	vv_buf nodes[VV_UNIXFS_HEIGHT + 2]; /* entries of each height */
	uint64_t leaves, bytes;
} making;

static void making_clear(making *m)
{
	vv_unixfs_tree_free(m->tree);
	for (unsigned h = 0; h < VV_UNIXFS_HEIGHT + 2; h++) {
		vv_buf_clear(&m->nodes[h]);
	}
	vv_buf_clear(&m->out);
}
VV_AUTO_CLEAR(making, making_clear)

static void put_entry(vv_buf *out, const vv_cid *cid, uint64_t number)
{
	uint8_t le[8];

	vv_put_le64(le, number);
	vv_buf_put(out, cid->digest, DIGEST_LEN);
	vv_buf_put(out, le, sizeof(le));
}

static vv_status take_node(void *payload, const vv_unixfs_link *link, unsigned height,
			   vv_error *err)
{
	making *m = payload;

	put_entry(&m->nodes[height], &link->cid, link->total);
	return vv_buf_ok(&m->nodes[height], err);
}

static vv_status add_leaf(making *m, const void *bytes, size_t len, vv_error *err)
{
	vv_unixfs_link leaf = {.bytes = len, .total = len};
	vv_status rc;

	if (m->leaves == LEAVES_MAX) {
		return vv_fail(err, VV_EREFUSED,
			       "the file has too many parts "
			       "for UnixFS");
	}
	if ((rc = vv_cid_of(&leaf.cid, VV_CODEC_RAW, bytes, len, err)) < 0 ||
	    (rc = vv_unixfs_tree_add(m->tree, &leaf, err)) < 0) {
		return rc;
	}
	m->leaves++;
	m->bytes += len;
	put_entry(&m->out, &leaf.cid, m->bytes);
	return vv_buf_ok(&m->out, err);
}

static vv_status take_piece(void *payload, const void *bytes, size_t len, vv_error *err)
{
	const char *p = bytes;
	vv_status rc;

	while (len > 0) {
		size_t n = len < VV_BLOCK_MAX ? len : VV_BLOCK_MAX;

		if ((rc = add_leaf(payload, p, n, err)) < 0) return rc;
		p += n;
		len -= n;
	}
	return VV_OK;
}

static int compare_sorted(const void *a, const void *b)
{
	return memcmp(a, b, SORTED_LEN);
}

static vv_status put_sorted(vv_buf *out, uint64_t count, vv_error *err)
{
	size_t start = out->len;

	if (!vv_buf_reserve(out, (size_t)count * SORTED_LEN + SUM_LEN)) return vv_fail_nomem(err);
	for (uint64_t i = 0; i < count; i++) {
		vv_buf_put(out, out->data + HEADER_LEN + i * ENTRY_LEN, 8);
		vv_buf_put_be32(out, (uint32_t)i);
	}
	qsort(out->data + start, (size_t)count, SORTED_LEN, compare_sorted);
	return vv_buf_ok(out, err);
}

static vv_status finish_list(making *m, const vv_cid *file, const char *path, vv_error *err)
{
	uint64_t nodes[VV_UNIXFS_HEIGHT + 2], count = count_nodes(nodes, m->leaves);

	vv_cid_write((uint8_t *)m->out.data + VV_DERIVED_MARK + VV_CID_BYTES, file);
	vv_put_le64((uint8_t *)m->out.data + LEAVES_AT, m->leaves);
	vv_put_le64((uint8_t *)m->out.data + BYTES_AT, m->bytes);
	for (unsigned h = 1; h < VV_UNIXFS_HEIGHT + 2; h++) {
		assert(m->nodes[h].len == nodes[h] * ENTRY_LEN);
		vv_buf_put(&m->out, vv_buf_cstr(&m->nodes[h]), m->nodes[h].len);
	}
	vv_status rc = put_sorted(&m->out, count, err);
	return rc < 0 ? rc : vv_derived_write(&m->out, path, 0, err);
}

static vv_status make_list(const char *path, const vv_leaf_source *from, const vv_cid *version,
			   vv_error *err)
{
	static const uint8_t later[VV_CID_BYTES + 16]; /* written at the end */
	vv_auto(making) m = {.tree = NULL};
	uint8_t cid[VV_CID_BYTES];
	vv_unixfs_link file;
	vv_status rc;

	if (!(m.tree = vv_unixfs_tree_new(take_node, &m))) return vv_fail_nomem(err);
	vv_cid_write(cid, version);
	vv_derived_begin(&m.out, MARK);
	vv_buf_put(&m.out, cid, sizeof(cid));
	vv_buf_put(&m.out, later, sizeof(later));
	if ((rc = vv_buf_ok(&m.out, err)) < 0 ||
	    (rc = from->maker->pieces(from->maker->payload, from->store, version, take_piece, &m,
				      err)) < 0 ||
	    (m.leaves == 0 && (rc = add_leaf(&m, "", 0, err)) < 0) ||
	    (rc = vv_unixfs_tree_finish(m.tree, &file, err)) < 0) {
		return rc;
	}
	return finish_list(&m, &file.cid, path, err);
}

/* --- opening --------------------------------------------------------------------------------- */

static vv_status not_a_list(const vv_leaf_list *l, const char *why, vv_error *err)
{
	return vv_fail(err, VV_ECORRUPT, "'%s' is not a valid list of a published file's parts: %s",
		       vv_text_shows(l->path), why);
}

static vv_status read_at(const vv_leaf_list *l, uint64_t at, void *out, size_t len, vv_error *err)
{
	ssize_t n = vv_pread_full(l->fd, out, len, at, l->path, err);

	if (n < 0) return (vv_status)n;
	return (size_t)n == len ? VV_OK : not_a_list(l, "it is too short", err);
}

static bool read_cid(vv_cid *out, const uint8_t *p)
{
	uint8_t again[VV_CID_BYTES];

	out->codec = p[1];
	memcpy(out->digest, p + 4, DIGEST_LEN);
	vv_cid_write(again, out);
	return memcmp(again, p, sizeof(again)) == 0;
}

static vv_status read_header(vv_leaf_list *l, uint64_t size, vv_error *err)
{
	uint8_t head[HEADER_LEN];
	vv_status rc = read_at(l, 0, head, sizeof(head), err);

	if (rc < 0) return rc;
	if (memcmp(head, MARK, VV_DERIVED_MARK) != 0 ||
	    !read_cid(&l->version, head + VV_DERIVED_MARK) ||
	    !read_cid(&l->file, head + VV_DERIVED_MARK + VV_CID_BYTES)) {
		return not_a_list(l, "its header is invalid", err);
	}
	l->leaves = vv_get_le64(head + LEAVES_AT);
	l->bytes = vv_get_le64(head + BYTES_AT);
	if (l->leaves == 0 || l->leaves > LEAVES_MAX) {
		return not_a_list(l, "its number of parts is invalid", err);
	}
	l->count = count_nodes(l->nodes, l->leaves);
	if (size != HEADER_LEN + l->count * (ENTRY_LEN + SORTED_LEN) + SUM_LEN) {
		return not_a_list(l, "its length is wrong", err);
	}
	return VV_OK;
}

static vv_status check_sum(const vv_leaf_list *l, uint64_t size, vv_error *err)
{
	vv_auto(vv_xxh3_state) *hash = vv_xxh3_new(0);
	vv_auto(char) *buf = vv_malloc(PIECE);
	uint64_t at = 0, end = size - SUM_LEN;
	uint8_t sum[SUM_LEN];
	vv_status rc = hash && buf ? VV_OK : vv_fail_nomem(err);

	if (rc < 0) return rc;
	while (at < end) {
		size_t n = end - at < PIECE ? (size_t)(end - at) : PIECE;

		if ((rc = read_at(l, at, buf, n, err)) < 0) return rc;
		vv_xxh3_update(hash, buf, n);
		at += n;
	}
	if ((rc = read_at(l, end, sum, sizeof(sum), err)) < 0) return rc;
	return vv_get_le64(sum) == vv_xxh3_digest(hash)
		       ? VV_OK
		       : not_a_list(l, "its checksum is wrong", err);
}

void vv_leaf_list_close(vv_leaf_list *l)
{
	if (l) {
		(void)vv_close(l->fd, NULL, NULL);
		vv_free_all(l->path, l);
	}
}

vv_status vv_leaf_list_open(vv_leaf_list **out, const char *path, const vv_cid *version,
			    vv_error *err)
{
	vv_auto(vv_leaf_list) *l = vv_calloc(1, sizeof(*l));
	vv_stat st;
	vv_status rc;

	*out = NULL;
	if (!l) return vv_fail_nomem(err);
	l->fd = -1;
	if (!(l->path = vv_strdup(path))) return vv_fail_nomem(err);
	if ((l->fd = vv_open(path, O_RDONLY | O_NONBLOCK, 0, err)) < 0) return (vv_status)l->fd;
	if ((rc = vv_fstat(&st, l->fd, path, err)) < 0 || (rc = read_header(l, st.size, err)) < 0 ||
	    (rc = check_sum(l, st.size, err)) < 0) {
		return rc;
	}
	if (!vv_cid_equal(&l->version, version)) {
		return not_a_list(l, "it is of another version", err);
	}
	return vv_hand_over(out, &l);
}

vv_status vv_leaf_list_need(vv_leaf_list **out, const char *path, const vv_leaf_source *from,
			    const vv_cid *version, vv_error *err)
{
	vv_status rc = vv_leaf_list_open(out, path, version, err);

	if (rc != VV_ENOTFOUND && rc != VV_ECORRUPT) return rc;
	rc = make_list(path, from, version, err);
	return rc < 0 ? rc : vv_leaf_list_open(out, path, version, err);
}

/* --- blocks ---------------------------------------------------------------------------------- */

typedef struct entry {
	uint8_t digest[DIGEST_LEN];
	uint64_t number; /* a leaf's end; a node's total */
} entry;

static vv_status read_entry(const vv_leaf_list *l, uint64_t place, entry *out, vv_error *err)
{
	uint8_t bytes[ENTRY_LEN];
	vv_status rc = read_at(l, HEADER_LEN + place * ENTRY_LEN, bytes, sizeof(bytes), err);

	if (rc == VV_OK) {
		memcpy(out->digest, bytes, DIGEST_LEN);
		out->number = vv_get_le64(bytes + DIGEST_LEN);
	}
	return rc;
}

/* Leaf ends do not decrease: that of leaf number - 1 is where leaf number begins. */
static vv_status leaf_start(const vv_leaf_list *l, uint64_t number, uint64_t *out, vv_error *err)
{
	entry e = {0};
	vv_status rc;

	*out = 0;
	if (number == 0) return VV_OK;
	if ((rc = read_entry(l, (number < l->leaves ? number : l->leaves) - 1, &e, err)) == VV_OK) {
		*out = e.number;
	}
	return rc;
}

bool vv_leaf_list_is_even(const vv_leaf_list *l)
{
	uint64_t start = 0;

	for (uint64_t i = 0; i < l->leaves; i++) {
		if (leaf_start(l, i, &start, VV_IGNORED) < 0 || start != i * VV_BLOCK_MAX) {
			return false;
		}
	}
	return l->bytes - start <= VV_BLOCK_MAX;
}

/* The leaves [*first, *first + *count) below the number-th of a height. */
static void leaves_below(const vv_leaf_list *l, unsigned height, uint64_t number, uint64_t *first,
			 uint64_t *count)
{
	uint64_t width = (uint64_t)1 << (10 * height);

	*first = number * width;
	*count = l->leaves - *first < width ? l->leaves - *first : width;
}

static vv_status find_part(const vv_leaf_list *l, vv_leaf_place *p, vv_error *err)
{
	uint64_t first, count, end;
	vv_status rc;

	leaves_below(l, p->height, p->number, &first, &count);
	if ((rc = leaf_start(l, first, &p->from, err)) < 0 ||
	    (rc = leaf_start(l, first + count, &end, err)) < 0) {
		return rc;
	}
	if (end < p->from || end > l->bytes) return not_a_list(l, "its parts overlap", err);
	p->len = end - p->from;
	return VV_OK;
}

/* The first of the sorted ones that is not below this prefix. */
static vv_status search_digest(const vv_leaf_list *l, const uint8_t *digest, uint64_t *out,
			       vv_error *err)
{
	uint64_t low = 0, high = l->count, at = HEADER_LEN + l->count * ENTRY_LEN;
	uint8_t item[SORTED_LEN];
	vv_status rc;

	while (low < high) {
		uint64_t middle = low + (high - low) / 2;

		if ((rc = read_at(l, at + middle * SORTED_LEN, item, sizeof(item), err)) < 0) {
			return rc;
		}
		if (memcmp(item, digest, 8) < 0) {
			low = middle + 1;
		} else {
			high = middle;
		}
	}
	*out = low;
	return VV_OK;
}

int vv_leaf_list_find(const vv_leaf_list *l, const vv_cid *cid, vv_leaf_place *out, vv_error *err)
{
	uint64_t at, place;
	uint8_t item[SORTED_LEN];
	entry e = {0};
	vv_status rc = search_digest(l, cid->digest, &at, err);

	for (; rc == VV_OK && at < l->count; at++) {
		rc = read_at(l, HEADER_LEN + l->count * ENTRY_LEN + at * SORTED_LEN, item,
			     sizeof(item), err);
		if (rc < 0 || memcmp(item, cid->digest, 8) != 0) {
			break;
		}
		place = vv_get_be32(item + 8);
		if (place >= l->count) {
			return not_a_list(l, "a part is after the end of the file", err);
		}
		if ((rc = read_entry(l, place, &e, err)) < 0) {
			break;
		}
		out->height = 0;
		out->number = place;
		while (out->number >= l->nodes[out->height]) {
			out->number -= l->nodes[out->height++];
		}
		if (memcmp(e.digest, cid->digest, DIGEST_LEN) == 0 &&
		    cid->codec == (out->height == 0 ? VV_CODEC_RAW : VV_CODEC_DAG_PB)) {
			rc = find_part(l, out, err);
			return rc < 0 ? (int)rc : 1;
		}
	}
	return (int)rc;
}

/* Links of the node, which are one after the other in the height below. */
static vv_status make_node(const vv_leaf_list *l, const vv_leaf_place *at, vv_buf *out,
			   vv_error *err)
{
	unsigned below = at->height - 1;
	uint64_t first = at->number * VV_UNIXFS_WIDTH, base = 0, left = l->nodes[below] - first;
	size_t count = left < VV_UNIXFS_WIDTH ? (size_t)left : VV_UNIXFS_WIDTH;
	vv_auto_free vv_unixfs_link *links = vv_calloc(count, sizeof(*links));
	vv_leaf_place child = {.height = below};
	vv_status rc = links ? VV_OK : vv_fail_nomem(err);
	entry e = {0};

	for (unsigned h = 0; h < below; h++) {
		base += l->nodes[h];
	}
	for (size_t i = 0; rc == VV_OK && i < count; i++) {
		child.number = first + i;
		if ((rc = read_entry(l, base + child.number, &e, err)) < 0 ||
		    (rc = find_part(l, &child, err)) < 0) {
			break;
		}
		links[i].cid.codec = below == 0 ? VV_CODEC_RAW : VV_CODEC_DAG_PB;
		memcpy(links[i].cid.digest, e.digest, DIGEST_LEN);
		links[i].bytes = child.len;
		links[i].total = below == 0 ? child.len : e.number;
	}
	return rc < 0 ? rc : vv_unixfs_node_encode(out, links, count, err);
}

static vv_status make_block(const vv_leaf_list *l, const vv_leaf_source *from, const vv_cid *cid,
			    const vv_leaf_place *at, vv_buf *out, vv_error *err)
{
	vv_cid made;
	vv_status rc;

	vv_buf_reset(out);
	if (at->height > 0) {
		rc = make_node(l, at, out, err);
	} else if (at->len > VV_BLOCK_MAX) {
		rc = not_a_list(l, "a part is too long", err);
	} else {
		rc = at->len == 0
			     ? VV_OK
			     : from->maker->range(from->maker->payload, from->store, &l->version,
						  at->from, at->len, vv_buf_write, out, err);
	}
	if (rc < 0 || (rc = vv_cid_of(&made, cid->codec, vv_buf_cstr(out), out->len, err)) < 0) {
		return rc;
	}
	if (!vv_cid_equal(&made, cid)) {
		return vv_fail(err, VV_ECORRUPT,
			       "block %s of the UnixFS file differs from the published one",
			       vv_cid_shows(cid));
	}
	return VV_OK;
}

vv_status vv_leaf_blocks_get(void *blocks, const vv_cid *cid, vv_buf *out, vv_error *err)
{
	vv_leaf_blocks *b = blocks;
	vv_leaf_place at;
	int found = vv_leaf_list_find(b->list, cid, &at, err);

	if (found < 0) return (vv_status)found;
	if (found == 0) {
		return vv_fail(err, VV_EMISSING, "block %s does not belong to this file",
			       vv_cid_shows(cid));
	}
	return make_block(b->list, &b->from, cid, &at, out, err);
}
