/*
 * list_sink: the two usual places that blocks go to and come from.
 */
#include "dataset/format/list.h"

static vv_status writer_put(void *payload, const vv_cid *cid, const void *bytes, size_t len,
			    const vv_cid *base, vv_error *err)
{
	return vv_writer_put(payload, cid, bytes, len, base, err);
}

static vv_status writer_get(void *payload, const vv_cid *cid, vv_buf *out, vv_error *err)
{
	return vv_writer_get(payload, cid, out, err);
}

void vv_sink_writer(vv_sink *out, vv_writer *w)
{
	out->put = writer_put;
	out->get = writer_get;
	out->payload = w;
}

static vv_status store_get(void *payload, const vv_cid *cid, vv_buf *out, vv_error *err)
{
	return vv_store_get(payload, cid, out, err);
}

void vv_sink_dry(vv_sink *out, vv_store *s)
{
	out->put = NULL;
	out->get = store_get;
	out->payload = s;
}
