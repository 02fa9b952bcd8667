/*
 * file_groups: where a file's row groups lie, and how the bytes of one become its block.
 */
#include "diff/rows/file_groups.h"

#include <string.h>

#include "base/file.h"
#include "base/hash.h"
#include "base/hash_index.h"
#include "base/sys.h"
#include "base/text.h"
#include "base/thread.h"
#include "dataset/read/scan.h"
#include "dataset/read/scan_cache.h"
#include "dataset/table/walk.h"

typedef struct file_group {
	vv_cid cid;
	uint64_t offset, len, rows;
	vv_hash128 hash; /* of its bytes */
} file_group;

struct vv_file_groups {
	int fd;
	char *bytes; /* with fd -1 */
	const char *name;
	vv_sink made;
	uint64_t secret;
	file_group *groups;
	size_t count, columns;
	vv_hash_index index; /* of groups, by CID */
	vv_mutex *lock;      /* of what follows */
	vv_scan *scan;
	vv_group_encoder *encoder;
	vv_buf raw, block;
	vv_cell *cells;
	size_t cell_cap;
};

/* The groups and their names, in the list's order. */
static vv_status take_names(vv_file_groups *g, const vv_table *t, const vv_scan_cache *raw,
			    vv_error *err)
{
	const vv_dialect *d = &t->root.dialect;
	uint64_t offset = (d->bom ? 3 : 0) + d->prologue.len;
	vv_auto(vv_list_walk) w = vv_list_walk_open(t, VV_LIST_DATA, err);

	while (g->count < raw->count && vv_list_walk_next(&w)) {
		const vv_scan_entry *e = &raw->entries[g->count];
		file_group *p = &g->groups[g->count];
		size_t parts;

		*p = (file_group){.offset = offset,
				  .len = e->raw_len,
				  .rows = w.item.weight,
				  .hash = e->hash};
		offset += e->raw_len;
		if ((w.rc = vv_cbor_get_array(&w.item.cbor, &parts, err)) == VV_OK &&
		    (w.rc = vv_cbor_get_link(&w.item.cbor, &p->cid, err)) == VV_OK) {
			(void)vv_hash_index_add(&g->index, vv_cid_prefix(&p->cid),
						g->count++); /* has room */
		}
	}
	return w.rc;
}

vv_status vv_file_groups_new(vv_file_groups **out, const vv_table *t, const vv_scan_cache *raw,
			     uint64_t secret, int take_fd, char *take_bytes, const char *name,
			     const vv_sink *made, vv_error *err)
{
	vv_auto(vv_file_groups) *g = vv_calloc(1, sizeof(*g));
	vv_status rc;

	*out = NULL;
	if (!g) {
		vv_close(take_fd, name, NULL);
		vv_free(take_bytes);
		return vv_fail_nomem(err);
	}
	*g = (vv_file_groups){.fd = take_fd,
			      .bytes = take_bytes,
			      .name = name,
			      .made = *made,
			      .secret = secret,
			      .columns = t->columns,
			      .lock = vv_mutex_new(),
			      .encoder = vv_group_encoder_new(),
			      .groups = vv_calloc(raw->count + 1, sizeof(*g->groups))};
	if (!g->lock || !g->encoder || !g->groups ||
	    !vv_hash_index_reserve(&g->index, raw->count)) {
		rc = vv_fail_nomem(err);
	} else if ((rc = vv_scan_new(&g->scan, &t->root.dialect, g->columns, NULL, NULL, err)) ==
		   VV_OK) {
		rc = take_names(g, t, raw, err);
	}
	if (rc < 0) return rc;
	return vv_hand_over(out, &g);
}

void vv_file_groups_free(vv_file_groups *g)
{
	if (!g) return;
	vv_close(g->fd, g->name, NULL);
	vv_hash_index_clear(&g->index);
	vv_mutex_free(g->lock);
	vv_scan_free(g->scan);
	vv_group_encoder_free(g->encoder);
	vv_buf_clear_all(&g->raw, &g->block);
	vv_free_all(g->bytes, g->cells, g->groups, g);
}

static const file_group *find_group(const vv_file_groups *g, const vv_cid *cid)
{
	vv_hash_probe p = vv_hash_probe_begin(&g->index, vv_cid_prefix(cid));
	size_t at;

	while (vv_hash_probe_next(&p, &at)) {
		if (vv_cid_equal(&g->groups[at].cid, cid)) return &g->groups[at];
	}
	return NULL;
}

static vv_status refuse_changed(const vv_file_groups *g, vv_error *err)
{
	return vv_fail(err, VV_EIO,
		       "'%s' changed while it was being read\nrun the command again when no "
		       "program writes to the file, or use a copy",
		       vv_text_shows(g->name));
}

static vv_status read_raw(vv_file_groups *g, const file_group *p, vv_error *err)
{
	vv_buf_reset(&g->raw);
	if (g->bytes) {
		vv_buf_put(&g->raw, g->bytes + p->offset, (size_t)p->len);
		return vv_buf_ok(&g->raw, err);
	}
	if (!vv_buf_reserve(&g->raw, (size_t)p->len)) return vv_fail_nomem(err);
	ssize_t got = vv_pread_full(g->fd, g->raw.data, (size_t)p->len, p->offset, g->name, err);
	if (got < 0) return (vv_status)got;
	vv_hash128 h = vv_xxh3_128(g->raw.data, (size_t)got, g->secret);
	return (uint64_t)got == p->len && vv_hash128_equal(h, p->hash) ? VV_OK
								       : refuse_changed(g, err);
}

static vv_status scan_rows(vv_file_groups *g, const file_group *p, vv_error *err)
{
	const size_t stride = g->columns > 0 ? g->columns : 1, need = (size_t)p->rows * stride;
	vv_row row;

	if (need > g->cell_cap) {
		vv_cell *cells = vv_realloc_array(g->cells, need, sizeof(*cells));
		if (!cells) return vv_fail_nomem(err);
		g->cells = cells;
		g->cell_cap = need;
	}
	/* A group ends with a whole row: what follows changes nothing. */
	vv_scan_window(g->scan, g->raw.data, (size_t)p->len, true, p->offset);
	for (size_t i = 0; i < (size_t)p->rows; i++) {
		int more = vv_scan_row(g->scan, g->cells + i * stride, stride, &row, err);

		if (more <= 0) { /* the same bytes had this many rows before */
			return more < 0 ? (vv_status)more : refuse_changed(g, err);
		}
	}
	return VV_OK;
}

/* Leaves the block in g->block. */
static vv_status make_block(vv_file_groups *g, const file_group *p, vv_error *err)
{
	vv_auto(vv_arena) texts = VV_ARENA_INIT;
	vv_status rc;

	if ((rc = read_raw(g, p, err)) == VV_OK && (rc = scan_rows(g, p, err)) == VV_OK) {
		rc = vv_group_encode(g->encoder, &g->block, g->cells, (size_t)p->rows, g->columns,
				     g->columns > 0 ? g->columns : 1, NULL, NULL, err);
	}
	vv_scan_detach_arena(g->scan, &texts);
	return rc;
}

static vv_status get_block(void *payload, const vv_cid *cid, vv_buf *out, vv_error *err)
{
	vv_file_groups *g = payload;
	const file_group *p;
	vv_status rc = g->made.get(g->made.payload, cid, out, err);

	if (rc != VV_EMISSING || !(p = find_group(g, cid))) return rc;
	vv_error_clear(err);
	vv_auto(vv_locked) lock = vv_mutex_hold(g->lock);
	if ((rc = make_block(g, p, err)) == VV_OK &&
	    (rc = g->made.put(g->made.payload, cid, g->block.data, g->block.len, NULL, err)) ==
		    VV_OK) {
		vv_buf_set(out, g->block.data, g->block.len);
		rc = vv_buf_ok(out, err);
	}
	return rc;
}

void vv_file_groups_use(vv_sink *out, vv_file_groups *g)
{
	*out = (vv_sink){.get = get_block, .payload = g};
}
