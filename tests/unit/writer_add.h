/*
 * writer_add: computes the CID of a block, and puts the block into a writer.
 */
#ifndef VV_TESTS_UNIT_WRITER_ADD_H
#define VV_TESTS_UNIT_WRITER_ADD_H

#include "repo/blocks/store.h"

/* Puts a block with these bytes and this codec into w, and sets *cid to its CID. */
static inline vv_status vv_test_add(vv_writer *w, vv_cid *cid, uint8_t codec, const void *bytes,
				    size_t len, const vv_cid *base, vv_error *err)
{
	vv_cid name;
	vv_status rc;

	if ((rc = vv_cid_of(&name, codec, bytes, len, err)) < 0 ||
	    (rc = vv_writer_put(w, &name, bytes, len, base, err)) < 0) {
		return rc;
	}
	*cid = name;
	return VV_OK;
}

#endif
