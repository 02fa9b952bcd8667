/*
 * Input, of facts (dataset/format/facts.h): what is taken is written again to the same bytes.
 *
 * The same as a block of places (dataset/format/places.h).
 *
 * Of a list: a byte for the kind, two for the length of an embedded list, the list, and the
 * bytes of a node, which every link leads to. Reading, seeking and skipping must end, in
 * order and within the sums that the list states.
 */
#include <stdlib.h>

#include <string.h>

#include "dataset/format/facts.h"
#include "dataset/format/list.h"
#include "dataset/format/places.h"
#include "tests/fuzz/fuzz.h"
#include "tests/unit/dataset/list_node_check.h"

#define STEPS 3000u
#define PLACES_MOST 1000000u

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
		vv_list_node at;
		int more;

		while ((more = vv_list_next_node(r, height, &at, NULL)) == 0 && height > 0) {
			height -= (i + height) % 3 != 0 ? 1 : height;
		}
		if (more <= 0) return;
	}
}

static void read_facts(const uint8_t *data, size_t size)
{
	vv_facts f = VV_FACTS_INIT, sum = VV_FACTS_INIT;
	vv_buf b = VV_BUF_INIT;
	vv_fact one;

	if (vv_facts_read(&f, data, size, NULL) == VV_OK) {
		vv_facts_put(&b, &f);
		require(b.len == size && (size == 0 || memcmp(b.data, data, size) == 0));
		for (size_t i = 0; i < 3; i++) {
			vv_facts_column(&one, data, size, i * f.count / 2);
		}
		require(vv_facts_unite(&sum, &f, true, NULL) == VV_OK);
		require(vv_facts_unite(&sum, &f, false, NULL) == VV_OK);
		vv_buf_reset(&b);
		vv_facts_put(&b, &sum);
		require(b.len == size && (size == 0 || memcmp(b.data, data, size) == 0));
	}
	vv_facts_clear(&f);
	vv_facts_clear(&sum);
	vv_buf_clear(&b);
}

static bool every_other(void *payload, const uint8_t *facts, size_t len)
{
	unsigned *asked = payload;
	vv_fact f;

	vv_facts_column(&f, facts, len, 1);
	return (++*asked & 1) == 0 && *asked < STEPS;
}

static void search_on(vv_list_reader *r, uint64_t count)
{
	unsigned asked = 0;
	vv_list_item item;

	while (vv_list_next_that_may(r, every_other, &asked, &item, NULL) > 0) {
		require(item.index < count);
	}
}

/* The input as a block of places: an accepted block has the declared number of places, and none is too great. */
static void read_places(const uint8_t *data, size_t size)
{
	const vv_sink nowhere = {.put = NULL};
	vv_places_reader *r = NULL;
	vv_buf top = VV_BUF_INIT;
	uint64_t rows, place, count = 0;
	int more = 1;

	if (vv_places_rows(&rows, data, size, NULL) < 0) return;
	vv_cbor_put_map(&top, 2);
	vv_cbor_put_key(&top, "items");
	vv_cbor_put_array(&top, 1);
	vv_cbor_put_bytes(&top, data, size);
	vv_cbor_put_key(&top, "level");
	vv_cbor_put_uint(&top, 0);
	if (vv_places_open(&r, &nowhere, &top, NULL) == VV_OK) {
		while (count < PLACES_MOST && (more = vv_places_next(r, &place, NULL)) > 0) {
			require(place <= VV_PLACE_MAX);
			count++;
		}
		require(count == PLACES_MOST || more < 0 || count == rows);
		vv_places_close(r);
	}
	vv_buf_clear(&top);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	vv_list_reader *r = NULL;
	uint64_t count, weight;
	vv_sink source;
	size_t top;
	node n;

	read_facts(data, size);
	read_places(data, size);
	(void)list_node_check(data, size, NULL);
	if (size < 3) return 0;
	top = (size_t)data[1] << 8 | data[2];
	top = top < size - 3 ? top : size - 3;
	n.bytes = data + 3 + top;
	n.len = size - 3 - top;
	(void)list_node_check(n.bytes, n.len, NULL);
	source.put = NULL;
	source.get = get;
	source.has = NULL;
	source.payload = &n;
	const vv_list_kind kind = (vv_list_kind)(data[0] % VV_LIST_KINDS);
	if (vv_list_reader_open(&r, kind, &source, data + 3, top, NULL) < 0) return 0;
	vv_list_totals(r, &count, &weight);
	if (kind == VV_LIST_FACTS) {
		search_on(r, count);
		require(vv_list_seek(r, 0, NULL) <= VV_OK);
	}
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
