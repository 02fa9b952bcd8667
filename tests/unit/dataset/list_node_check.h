/*
 * list_node_check: checks that a block is a node of a list in the exact form that the format
 * requires.
 */
#ifndef VV_TESTS_UNIT_DATASET_LIST_NODE_CHECK_H
#define VV_TESTS_UNIT_DATASET_LIST_NODE_CHECK_H

#include "dataset/format/list_internal.h"
#include "repo/blocks/cbor.h"

/* Checks shape, kind and order of the node, its sums as far as its items show them, and that it
 * ends at the first item where the format ends a node. VV_ECORRUPT: a check failed. */
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
