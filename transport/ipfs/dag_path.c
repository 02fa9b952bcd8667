/*
 * dag_path: where in a block a name leads.
 */
#include "transport/ipfs/dag_path.h"

#include <string.h>

#include "base/text.h"
#include "repo/blocks/cbor.h"

typedef struct walker {
	vv_dag_path *path;
	const vv_car_source *source;
	vv_buf block;
	vv_cbor at; /* the value that the path leads to so far */
} walker;

static vv_status nothing_there(const char *name, vv_error *err)
{
	return vv_fail(err, VV_ENOTFOUND, "no entry is named '%s'", vv_text_shows(name));
}

static vv_status enter_block(walker *w, const vv_cid *cid, vv_error *err)
{
	vv_status rc;

	if (w->path->count > VV_DAG_PATH_MAX) {
		return vv_fail(err, VV_EREFUSED, "the path leads through too many blocks");
	}
	w->path->blocks[w->path->count++] = *cid;
	w->path->inside = false;
	if (cid->codec != VV_CODEC_DAG_CBOR) return VV_OK;
	if ((rc = w->source->get(w->source->payload, cid, &w->block, err)) < 0) return rc;
	w->at = vv_cbor_of(w->block.data, w->block.len);
	return VV_OK;
}

/* Through links that the value is. */
static vv_status follow_links(walker *w, vv_error *err)
{
	vv_cbor_type type = VV_CBOR_NULL;
	vv_status rc = VV_OK;
	vv_cid cid;

	while (rc == VV_OK && w->path->blocks[w->path->count - 1].codec == VV_CODEC_DAG_CBOR &&
	       (rc = vv_cbor_peek(&w->at, &type, err)) == VV_OK && type == VV_CBOR_LINK) {
		if ((rc = vv_cbor_get_link(&w->at, &cid, err)) == VV_OK) {
			rc = enter_block(w, &cid, err);
		}
	}
	return rc;
}

static vv_status step_map(walker *w, const char *name, vv_error *err)
{
	size_t pairs, len;
	const char *key;
	vv_status rc = vv_cbor_get_map(&w->at, &pairs, err);

	if (rc < 0) return rc;
	for (size_t i = 0; i < pairs; i++) {
		if ((rc = vv_cbor_get_text(&w->at, &key, &len, err)) < 0) return rc;
		if (len == strlen(name) && memcmp(key, name, len) == 0) return VV_OK;
		if ((rc = vv_cbor_skip(&w->at, err)) < 0) return rc;
	}
	return nothing_there(name, err);
}

static vv_status step_array(walker *w, const char *name, vv_error *err)
{
	uint64_t number;
	size_t count;
	vv_status rc = vv_cbor_get_array(&w->at, &count, err);

	if (rc < 0) return rc;
	if (!vv_parse_u64(&number, name, strlen(name)) || number >= count) {
		return nothing_there(name, err);
	}
	for (; number > 0; number--) {
		if ((rc = vv_cbor_skip(&w->at, err)) < 0) return rc;
	}
	return VV_OK;
}

static vv_status step_name(walker *w, const char *name, vv_error *err)
{
	vv_cbor_type type;
	vv_status rc = follow_links(w, err);

	if (rc < 0) return rc;
	if (w->path->blocks[w->path->count - 1].codec != VV_CODEC_DAG_CBOR) {
		return nothing_there(name, err);
	}
	if ((rc = vv_cbor_peek(&w->at, &type, err)) < 0) return rc;
	w->path->inside = true;
	if (type == VV_CBOR_MAP) return step_map(w, name, err);
	return type == VV_CBOR_ARRAY ? step_array(w, name, err) : nothing_there(name, err);
}

vv_status vv_dag_path_follow(vv_dag_path *out, const vv_car_source *source, const vv_cid *root,
			     char *const *parts, size_t count, vv_error *err)
{
	walker w = {.path = out, .source = source, .block = VV_BUF_INIT};

	out->count = 0;
	out->inside = false;
	if (count > VV_DAG_PATH_MAX) {
		return vv_fail(err, VV_EREFUSED, "the path has more than %u parts",
			       VV_DAG_PATH_MAX);
	}
	if (count == 0) { /* the block itself; it need not be read */
		out->blocks[out->count++] = *root;
		return VV_OK;
	}
	vv_status rc = enter_block(&w, root, err);
	for (size_t i = 0; rc == VV_OK && i < count; i++) {
		rc = step_name(&w, parts[i], err);
	}
	if (rc == VV_OK) {
		rc = follow_links(&w, err);
	}
	vv_buf_clear(&w.block);
	return rc;
}
