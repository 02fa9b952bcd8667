/*
 * list_node_check: is a block a node of a list as the format wants it?
 */
#ifndef VV_TESTS_UNIT_DATASET_LIST_NODE_CHECK_H
#define VV_TESTS_UNIT_DATASET_LIST_NODE_CHECK_H

#include "dataset/format/list_internal.h"
#include "repo/blocks/cbor.h"

/* Shape, kind, order, sums shown by its items, and that it nowhere goes on where it had to be
 * cut. VV_ECORRUPT: it is not one. */
static inline vv_status list_node_check(const void *bytes, size_t len, vv_error *err)
{
	list_node n;
	size_t items_len = 0;
	vv_status rc;

	if ((rc = vv_cbor_check(bytes, len, err)) < 0 ||
	    (rc = list_node_read(&n, bytes, len, err)) < 0) {
		return rc;
	}
	for (size_t i = 0; i + 1 < n.count; i++) {
		const uint8_t *end = n.item[i].bytes + n.item[i].len;
		const uint8_t *window = n.item[i < 3 ? 0 : i - 3].bytes;

		items_len += n.item[i].len;
		if (list_cuts(n.kind, n.level, &n.item[i], i + 1, items_len, window,
			      (size_t)(end - window))) {
			rc = vv_fail(err, VV_ECORRUPT,
				     "list: a node goes on where it has to end, after entry %zu",
				     i);
			break;
		}
	}
	list_node_clear(&n);
	return rc;
}

#endif
