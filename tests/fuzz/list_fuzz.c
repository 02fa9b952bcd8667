/*
 * Input: a byte for the kind, two for the length of an embedded list, the list, and the
 * bytes of a node, which every link leads to. Reading, seeking and skipping must end, in
 * order and within the sums that the list states.
 */
#include <stdlib.h>

#include "dataset/format/list.h"
#include "tests/fuzz/fuzz.h"
#include "tests/unit/dataset/list_node_check.h"

#define STEPS 3000u

static void require(bool holds)
{
	if (!holds) {
		abort();
	}
}

typedef struct node {
	const uint8_t *bytes;
	size_t len;
} node;

static vv_status get(void *payload, const vv_cid *cid, vv_buf *out, vv_error *err)
{
	const node *n = payload;

	(void)cid;
	vv_buf_reset(out);
	vv_buf_put(out, n->bytes, n->len);
	return vv_buf_ok(out, err);
}

static void read_on(vv_list_reader *r, uint64_t count, uint64_t weight)
{
	uint64_t index = 0, before = 0;
	vv_list_item item;
	bool first = true;

	for (unsigned i = 0; i < STEPS && vv_list_next(r, &item, NULL) > 0; i++) {
		require(first || (item.index == index && item.before == before));
		first = false;
		index = item.index + 1;
		before = item.before + item.weight;
		require(item.weight > 0 && index <= count && before <= weight);
	}
}

static void skip_on(vv_list_reader *r)
{
	for (unsigned i = 0; i < STEPS; i++) {
		unsigned height = vv_list_height(r);
		uint64_t items, weight;
		vv_cid cid;

		while (height > 0 && (i + height) % 3 != 0 &&
		       !vv_list_peek_node(r, &cid, &items, &weight, height)) {
			height--;
		}
		if (vv_list_skip(r, height, NULL) < 0) {
			return;
		}
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	vv_list_reader *r = NULL;
	uint64_t count, weight;
	vv_sink source;
	size_t top;
	node n;

	(void)list_node_check(data, size, NULL);
	if (size < 3) {
		return 0;
	}
	top = (size_t)data[1] << 8 | data[2];
	top = top < size - 3 ? top : size - 3;
	n.bytes = data + 3 + top;
	n.len = size - 3 - top;
	(void)list_node_check(n.bytes, n.len, NULL);
	source.put = NULL;
	source.get = get;
	source.payload = &n;
	if (vv_list_reader_open(&r, (vv_list_kind)(data[0] % 3), &source, data + 3, top, NULL) <
	    0) {
		return 0;
	}
	vv_list_totals(r, &count, &weight);
	read_on(r, count, weight);
	for (uint64_t at = weight; at > 0; at /= 3) {
		if (vv_list_seek(r, at - 1, NULL) == VV_OK) {
			read_on(r, count, weight);
		}
	}
	for (uint64_t at = count; at > 0; at /= 3) {
		if (vv_list_seek_index(r, at - 1, NULL) == VV_OK) {
			skip_on(r);
		}
	}
	vv_list_reader_close(r);
	return 0;
}
