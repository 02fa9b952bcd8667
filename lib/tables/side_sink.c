/*
 * side_sink: where the first block opens the writer, and where blocks are searched for.
 */
#include "lib/tables/side_sink.h"

void vv_side_sink_clear(vv_side_sink *s)
{
	vv_mem_sink_free(s->passing);
	vv_mutex_free(s->lock);
	*s = (vv_side_sink){.lock = NULL};
}

/* Older versions may be fetched until the first block is stored: until then the store is not locked. */
static vv_status open_place(vv_side_sink *s, vv_sink *to, vv_error *err)
{
	vv_auto(vv_locked) lock = vv_mutex_hold(s->lock);
	const vv_status rc = s->to.put ? VV_OK : vv_dataset_writer_sink(s->writer, &s->to, err);

	*to = s->to;
	return rc;
}

static vv_status put_block(void *payload, const vv_cid *cid, const void *bytes, size_t len,
			   const vv_cid *base, vv_error *err)
{
	vv_sink to;
	const vv_status rc = open_place(payload, &to, err);

	return rc < 0 ? rc : to.put(to.payload, cid, bytes, len, base, err);
}

static vv_sink place_of(const vv_side_sink *s)
{
	vv_auto(vv_locked) lock = vv_mutex_hold(s->lock);

	return s->to;
}

static vv_status get_block(void *payload, const vv_cid *cid, vv_buf *out, vv_error *err)
{
	const vv_side_sink *s = payload;
	const vv_sink to = place_of(s);
	vv_status rc = to.get ? to.get(to.payload, cid, out, err)
			      : vv_store_get(s->store, cid, out, err);

	for (size_t i = 0; rc == VV_EMISSING && i < 3; i++) {
		const vv_sink *side = s->sides[i];

		if (side) {
			rc = side->get(side->payload, cid, out, err);
		}
	}
	return rc;
}

vv_status vv_side_sink_open(vv_side_sink *s, vv_sink *out, vv_store *store,
			    vv_dataset_writer *writer, const char *temp_dir, vv_error *err)
{
	vv_status rc = VV_OK;

	s->writer = writer;
	s->store = store;
	if (!s->lock && !(s->lock = vv_mutex_new())) return vv_fail_nomem(err);
	if (!writer) {
		rc = vv_mem_sink_new(&s->passing, store, temp_dir, err);
	}
	if (s->passing) {
		vv_mem_sink_use(&s->to, s->passing);
	}
	*out = (vv_sink){
		.put = put_block, .get = get_block, .payload = s, .passing = s->to.passing};
	return rc;
}
