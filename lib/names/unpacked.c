/*
 * unpacked: how a decompressor is put on a source.
 */
#include "lib/names/unpacked.h"

#include "base/sys.h"
#include "repo/blocks/decompress.h"

struct vv_unpacked {
	vv_source packed, plain;
	vv_decompress *inside;
};

static ssize_t read_plain(void *payload, void *buf, size_t len, vv_error *err)
{
	vv_unpacked *u = payload;

	return vv_decompress_read(u->inside, buf, len, err);
}

static vv_status begin_unpacking(vv_unpacked *u, vv_error *err)
{
	vv_decompress_close(u->inside);
	u->inside = NULL;
	return vv_decompress_open(&u->inside, u->packed.read, u->packed.payload, u->packed.name,
				  err);
}

static vv_status begin_again(void *payload, vv_error *err)
{
	vv_unpacked *u = payload;
	vv_status rc = u->packed.again(u->packed.payload, err);

	return rc < 0 ? rc : begin_unpacking(u, err);
}

vv_status vv_unpacked_open(vv_unpacked **out, const vv_source *packed, vv_error *err)
{
	vv_auto(vv_unpacked) *u = vv_calloc(1, sizeof(*u));
	vv_status rc;

	*out = NULL;
	if (!u) return vv_fail_nomem(err);
	u->packed = *packed;
	u->plain = (vv_source){.read = read_plain,
			       .again = packed->again ? begin_again : NULL,
			       .payload = u,
			       .name = packed->name};
	if ((rc = begin_unpacking(u, err)) < 0) return rc;
	return vv_hand_over(out, &u);
}

void vv_unpacked_close(vv_unpacked *u)
{
	if (!u) return;
	vv_decompress_close(u->inside);
	vv_free(u);
}

const vv_source *vv_unpacked_source(const vv_unpacked *u)
{
	return &u->plain;
}
