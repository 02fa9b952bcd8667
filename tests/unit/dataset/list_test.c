/*
 * Lists: what goes in comes out in order; seeking and skipping read only what
 * they must; the nodes are those of a second, naive builder; a change touches few
 * nodes. What nodes must be like: list_node_test.c.
 */
#include "tests/unit/dataset/memory.h"

#include "base/hash.h"
#include "diff/rows/list_compare.h"
#include "repo/blocks/cbor.h"
#include "tests/unit/dataset/list_node_check.h"

/* An entry made of its number: another seed, another entry. */
static uint64_t put_item(vv_buf *b, vv_list_kind kind, uint64_t seed)
{
	vv_prng r;
	vv_cid cid;
	uint64_t weight;

	vv_prng_init(&r, seed * 2654435761u + 17);
	weight = 1 + vv_prng_below(&r, 1000);
	memset(&cid, 0, sizeof cid);
	cid.codec = VV_CODEC_RAW;
	vv_prng_bytes(&r, cid.digest, sizeof cid.digest);
	if (kind == VV_LIST_LAYOUT) {
		if (vv_prng_below(&r, 4) == 0) {
			uint8_t quirks[40];
			size_t len = 1 + (size_t)vv_prng_below(&r, sizeof quirks);

			vv_prng_bytes(&r, quirks, len);
			vv_cbor_put_array(b, 2);
			vv_cbor_put_uint(b, weight);
			vv_cbor_put_bytes(b, quirks, len);
		} else {
			vv_cbor_put_uint(b, weight);
		}
		return weight;
	}
	vv_cbor_put_array(b, 2);
	vv_cbor_put_link(b, &cid);
	vv_cbor_put_uint(b, weight);
	return weight;
}

/* count entries with seeds from `first`; those from `edit` on, `edits` of them,
 * with other seeds. */
typedef struct plan {
	vv_list_kind kind;
	uint64_t count, first, edit, edits;
} plan;

static uint64_t seed_of(const plan *p, uint64_t i)
{
	return p->first + i + (i >= p->edit && i < p->edit + p->edits ? 1000000007u : 0);
}

static vv_status build(vv_buf *out, const plan *p, const vv_sink *sink, const vv_buf *old,
		       vv_error *err)
{
	vv_list_builder *b = NULL;
	vv_buf item = VV_BUF_INIT;
	vv_status rc = vv_list_builder_new(&b, p->kind, sink, old, err);

	memset(out, 0, sizeof *out);
	for (uint64_t i = 0; i < p->count && rc >= 0; i++) {
		uint64_t weight;

		vv_buf_reset(&item);
		weight = put_item(&item, p->kind, seed_of(p, i));
		if ((rc = vv_buf_ok(&item, err)) >= 0) {
			rc = vv_list_builder_add(b, item.data, item.len, weight, err);
		}
	}
	if (rc >= 0) {
		rc = vv_list_builder_finish(b, out, err);
	}
	vv_list_builder_free(b);
	vv_buf_clear(&item);
	return rc;
}

static void must_build(vv_buf *out, const plan *p, const vv_sink *sink, const vv_buf *old)
{
	vv_error err;

	vv_assert_ok(build(out, p, sink, old, &err), &err);
}

/* ---- a naive builder: all levels in memory ---- */

typedef struct entry {
	vv_buf bytes;
	uint64_t weight, count, hash;
} entry;

static vv_cid put_naive_node(memory *m, vv_list_kind kind, unsigned level, const entry *e,
			     size_t count)
{
	static const char *const names[] = {"data", "layout", "chunks"};
	vv_buf b = VV_BUF_INIT;
	vv_error err;
	vv_cid cid;

	vv_cbor_put_map(&b, 4);
	vv_cbor_put_key(&b, "v");
	vv_cbor_put_text(&b, "list", 4);
	vv_cbor_put_key(&b, "of");
	vv_cbor_put_text(&b, names[kind], strlen(names[kind]));
	vv_cbor_put_key(&b, "items");
	vv_cbor_put_array(&b, count);
	for (size_t i = 0; i < count; i++) {
		vv_buf_put(&b, e[i].bytes.data, e[i].bytes.len);
	}
	vv_cbor_put_key(&b, "level");
	vv_cbor_put_uint(&b, level);
	vv_assert_ok(vv_cid_of(&cid, VV_CODEC_DAG_CBOR, b.data, b.len, &err), &err);
	vv_assert_ok(list_node_check(b.data, b.len, &err), &err);
	if (m) {
		vv_assert_ok(memory_put(m, &cid, b.data, b.len, NULL, &err), &err);
	}
	vv_buf_clear(&b);
	return cid;
}

static size_t naive_cut(vv_list_kind kind, unsigned level, const entry *e, size_t count)
{
	bool small = kind == VV_LIST_LAYOUT && level == 0;
	size_t bytes = 0;

	for (size_t n = 1; n <= count; n++) {
		uint64_t hash = e[n - 1].hash;

		bytes += e[n - 1].bytes.len;
		if (small) {
			vv_buf window = VV_BUF_INIT;

			for (size_t i = n > 4 ? n - 4 : 0; i < n; i++) {
				vv_buf_put(&window, e[i].bytes.data, e[i].bytes.len);
			}
			hash = vv_xxh3(window.data, window.len, 0);
			vv_buf_clear(&window);
		}
		if (n == (small ? 1024 : 256) || bytes >= 256 * 1024 ||
		    (n >= (small ? 64 : 16) && hash % (small ? 256 : 64) == 0)) {
			return n;
		}
	}
	return count;
}

static void naive(vv_buf *top, const plan *p)
{
	size_t count = (size_t)p->count;
	entry *e = calloc(count + 1, sizeof *e);
	unsigned level = 0;

	for (size_t i = 0; i < count; i++) {
		e[i].weight = put_item(&e[i].bytes, p->kind, seed_of(p, i));
		e[i].count = 1;
		if (p->kind != VV_LIST_LAYOUT) {
			e[i].hash = vv_get_le64((const uint8_t *)e[i].bytes.data + 10);
		}
	}
	for (;; level++) {
		size_t bytes = 0, made = 0, from = 0;

		for (size_t i = 0; i < count; i++) {
			bytes += e[i].bytes.len;
		}
		if (count <= (p->kind == VV_LIST_LAYOUT && level == 0 ? 256 : 64) &&
		    bytes <= 65536) {
			break;
		}
		while (from < count) {
			size_t n = naive_cut(p->kind, level, e + from, count - from);
			vv_cid cid = put_naive_node(NULL, p->kind, level, e + from, n);
			entry up = {VV_BUF_INIT, 0, 0, vv_get_le64(cid.digest)};

			for (size_t i = from; i < from + n; i++) {
				up.weight += e[i].weight;
				up.count += e[i].count;
				vv_buf_clear(&e[i].bytes);
			}
			vv_cbor_put_array(&up.bytes, 3);
			vv_cbor_put_link(&up.bytes, &cid);
			vv_cbor_put_uint(&up.bytes, up.weight);
			vv_cbor_put_uint(&up.bytes, up.count);
			from += n;
			e[made++] = up;
		}
		count = made;
	}
	vv_cbor_put_map(top, 2);
	vv_cbor_put_key(top, "items");
	vv_cbor_put_array(top, count);
	for (size_t i = 0; i < count; i++) {
		vv_buf_put(top, e[i].bytes.data, e[i].bytes.len);
		vv_buf_clear(&e[i].bytes);
	}
	vv_cbor_put_key(top, "level");
	vv_cbor_put_uint(top, level);
	free(e);
}

static void the_nodes_are_those_of_a_naive_builder(void **state)
{
	static const uint64_t counts[] = {0,   1,   15,  16,  63,   64,   65,   66,
					  255, 256, 257, 300, 1000, 5000, 30000};
	(void)state;

	for (int kind = 0; kind < 3; kind++) {
		for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
			plan p = {(vv_list_kind)kind, counts[i], 77, 0, 0};
			vv_buf expected = VV_BUF_INIT;
			vv_buf list = VV_BUF_INIT;
			memory m;

			memory_init(&m);
			must_build(&list, &p, &m.sink, NULL);
			naive(&expected, &p);
			assert_int_equal(list.len, expected.len);
			assert_memory_equal(list.data, expected.data, expected.len);
			for (size_t k = 0; k < m.count; k++) {
				vv_error err;

				vv_assert_ok(
					list_node_check(m.block[k].bytes, m.block[k].len, &err),
					&err);
			}
			vv_buf_clear(&expected);
			vv_buf_clear(&list);
			memory_clear(&m);
		}
	}
}

static void open_list(vv_list_reader **r, vv_list_kind kind, const vv_sink *sink,
		      const vv_buf *list)
{
	vv_error err;

	vv_assert_ok(vv_list_reader_open(r, kind, sink, list->data, list->len, &err), &err);
}

/* Does the reader give entry `index` of the plan next? */
static void expect_item(vv_list_reader *r, const plan *p, const uint64_t *before, uint64_t index)
{
	vv_buf want = VV_BUF_INIT;
	vv_list_item item;
	vv_error err;
	uint64_t weight = put_item(&want, p->kind, seed_of(p, index));

	assert_int_equal(vv_list_next(r, &item, &err), 1);
	assert_int_equal(item.index, index);
	assert_int_equal(item.weight, weight);
	assert_int_equal(item.before, before[index]);
	assert_int_equal(item.len, want.len);
	assert_memory_equal(item.bytes, want.data, want.len);
	assert_ptr_equal(item.cbor.p, item.bytes);
	vv_buf_clear(&want);
}

static uint64_t *sums(const plan *p)
{
	uint64_t *before = calloc((size_t)p->count + 1, sizeof *before);

	for (uint64_t i = 0; i < p->count; i++) {
		vv_buf b = VV_BUF_INIT;

		before[i + 1] = before[i] + put_item(&b, p->kind, seed_of(p, i));
		vv_buf_clear(&b);
	}
	return before;
}

static void entries_come_back_in_order_with_their_places(void **state)
{
	(void)state;
	for (int kind = 0; kind < 3; kind++) {
		plan p = {(vv_list_kind)kind, 3000, 5, 0, 0};
		uint64_t *before = sums(&p), count, weight;
		vv_list_reader *r;
		vv_list_item item;
		vv_error err;
		vv_buf list = VV_BUF_INIT;
		memory m;

		memory_init(&m);
		must_build(&list, &p, &m.sink, NULL);
		open_list(&r, p.kind, &m.sink, &list);
		vv_list_totals(r, &count, &weight);
		assert_int_equal(count, p.count);
		assert_int_equal(weight, before[p.count]);
		assert_int_equal(m.gets, 0);
		for (uint64_t i = 0; i < p.count; i++) {
			expect_item(r, &p, before, i);
		}
		assert_int_equal(vv_list_next(r, &item, &err), 0);
		assert_int_equal(m.gets, m.puts); /* each node once */
		vv_list_reader_close(r);
		vv_buf_clear(&list);
		free(before);
		memory_clear(&m);
	}
}

static void seeking_reads_only_the_nodes_on_the_path(void **state)
{
	plan p = {VV_LIST_DATA, 20000, 5, 0, 0};
	uint64_t *before = sums(&p);
	vv_list_reader *r;
	vv_list_item item;
	vv_error err;
	vv_buf list = VV_BUF_INIT;
	vv_prng rng;
	memory m;

	(void)state;
	memory_init(&m);
	vv_prng_init(&rng, 3);
	must_build(&list, &p, &m.sink, NULL);
	open_list(&r, p.kind, &m.sink, &list);
	for (int i = 0; i < 2000; i++) {
		uint64_t index = vv_prng_below(&rng, p.count), step;

		m.gets = 0;
		if (i % 2) {
			vv_assert_ok(vv_list_seek_index(r, index, &err), &err);
		} else {
			step = vv_prng_below(&rng, before[index + 1] - before[index]);
			vv_assert_ok(vv_list_seek(r, before[index] + step, &err), &err);
		}
		expect_item(r, &p, before, index);
		assert_true(m.gets <= vv_list_height(r));
		if (index + 1 < p.count) {
			expect_item(r, &p, before, index + 1);
		}
	}
	vv_assert_ok(vv_list_seek(r, before[p.count], &err), &err);
	assert_int_equal(vv_list_next(r, &item, &err), 0);
	vv_assert_ok(vv_list_seek_index(r, UINT64_MAX, &err), &err);
	assert_int_equal(vv_list_next(r, &item, &err), 0);
	vv_assert_ok(vv_list_seek_index(r, 0, &err), &err);
	expect_item(r, &p, before, 0);
	vv_list_reader_close(r);
	vv_buf_clear(&list);
	free(before);
	memory_clear(&m);
}

static void a_small_change_writes_few_nodes_and_each_has_a_base(void **state)
{
	plan p = {VV_LIST_DATA, 20000, 5, 0, 0}, q = {VV_LIST_DATA, 20000, 5, 9000, 2};
	vv_buf a = VV_BUF_INIT, b = VV_BUF_INIT, plain = VV_BUF_INIT;
	memory m;
	size_t first;

	(void)state;
	memory_init(&m);
	must_build(&a, &p, &m.sink, NULL);
	first = m.count;
	must_build(&b, &q, &m.sink, &a);
	assert_true(m.count - first >= 1 && m.count - first <= 8);
	for (size_t i = first; i < m.count; i++) {
		const memory_block *base = memory_find(&m, &m.block[i].base);

		assert_non_null(base);
		assert_true(base < &m.block[first]);
	}
	/* what came before decides nothing */
	must_build(&plain, &q, &m.sink, NULL);
	assert_int_equal(plain.len, b.len);
	assert_memory_equal(plain.data, b.data, b.len);
	vv_buf_clear(&a);
	vv_buf_clear(&b);
	vv_buf_clear(&plain);
	memory_clear(&m);
}

static void bases_are_found_behind_an_insertion(void **state)
{
	/* the same entries, but 40 more in front: places shift by 40 */
	plan p = {VV_LIST_DATA, 20000, 1000, 0, 0}, q = {VV_LIST_DATA, 20040, 960, 12000, 1};
	vv_buf a = VV_BUF_INIT, b = VV_BUF_INIT;
	memory m;
	size_t first, like = 0;

	(void)state;
	memory_init(&m);
	must_build(&a, &p, &m.sink, NULL);
	first = m.count;
	must_build(&b, &q, &m.sink, &a);
	assert_true(m.count - first <= 12);
	for (size_t i = first; i < m.count; i++) {
		const memory_block *base = memory_find(&m, &m.block[i].base);

		/* the first entry after the node's head: the same link */
		if (base && base->len > 70 &&
		    memcmp(base->bytes + 26, m.block[i].bytes + 26, 40) == 0) {
			like++;
		}
	}
	assert_true(like >= 1);
	vv_buf_clear(&a);
	vv_buf_clear(&b);
	memory_clear(&m);
}

/* Numbers of entries in which two lists differ, skipping equal nodes. */
static size_t compare(vv_list_reader *a, vv_list_reader *b)
{
	size_t differing = 0;
	vv_error err;

	for (;;) {
		unsigned height = vv_list_height(a) > vv_list_height(b) ? vv_list_height(a)
									: vv_list_height(b);
		vv_list_item x, y;
		bool skipped = false;
		int more;

		for (; height > 0 && !skipped; height--) {
			vv_list_node c, d;
			bool has_c = vv_list_next_node(a, height, &c, &err) > 0,
			     has_d = vv_list_next_node(b, height, &d, &err) > 0;

			skipped = has_c && has_d && vv_cid_equal(&c.name, &d.name);
			if (has_c && !skipped) {
				vv_assert_ok(vv_list_seek_index(a, c.index, &err), &err);
			}
			if (has_d && !skipped) {
				vv_assert_ok(vv_list_seek_index(b, d.index, &err), &err);
			}
		}
		if (skipped) {
			continue;
		}
		more = vv_list_next(a, &x, &err);
		assert_true(more >= 0);
		assert_int_equal(vv_list_next(b, &y, &err), more);
		if (more == 0) return differing;
		differing += x.len != y.len || memcmp(x.bytes, y.bytes, x.len) != 0;
	}
}

static void equal_nodes_are_skipped_unread(void **state)
{
	plan p = {VV_LIST_DATA, 30000, 5, 0, 0}, q = {VV_LIST_DATA, 30000, 5, 17000, 3};
	vv_list_reader *x, *y;
	vv_buf a = VV_BUF_INIT, b = VV_BUF_INIT;
	memory m;

	(void)state;
	memory_init(&m);
	must_build(&a, &p, &m.sink, NULL);
	must_build(&b, &q, &m.sink, NULL);
	open_list(&x, p.kind, &m.sink, &a);
	open_list(&y, p.kind, &m.sink, &b);
	assert_true(vv_list_height(x) >= 2);
	m.gets = 0;
	assert_int_equal(compare(x, y), 3);
	assert_true(m.gets <= 16);
	vv_list_reader_close(x);
	vv_list_reader_close(y);
	vv_buf_clear(&a);
	vv_buf_clear(&b);
	memory_clear(&m);
}

/* Is there an entry with this seed? */
static bool has_seed(const plan *p, uint64_t seed)
{
	for (uint64_t step = 0; step <= 1000000007u; step += 1000000007u) {
		uint64_t i = seed - step - p->first;

		if (seed >= step + p->first && i < p->count && seed_of(p, i) == seed) return true;
	}
	return false;
}

/* Holds what a list alone has, and what is shared, against the seeds. */
static void expect_side(const plan *p, const plan *other, const uint64_t *before,
			const vv_changed_group *places, size_t count, uint8_t *shared)
{
	for (size_t i = 0; i < count; i++) {
		assert_true(i == 0 || places[i].index > places[i - 1].index);
		assert_true(places[i].index < p->count);
		assert_int_equal(places[i].row, before[places[i].index]);
		assert_int_equal(places[i].rows, before[places[i].index + 1] - places[i].row);
		assert_int_equal(shared[places[i].index], 0);
		shared[places[i].index] = 2;
	}
	for (uint64_t i = 0; i < p->count; i++) {
		assert_int_equal(shared[i], has_seed(other, seed_of(p, i)) ? 1 : 2);
	}
}

static void compare_plans(const plan *p, const plan *q)
{
	uint64_t *before_p = sums(p), *before_q = sums(q);
	uint8_t *of_p = calloc((size_t)p->count + 1, 1), *of_q = calloc((size_t)q->count + 1, 1);
	vv_list_changes c;
	vv_list_reader *x, *y;
	vv_buf a = VV_BUF_INIT, b = VV_BUF_INIT;
	vv_error err;
	memory m;

	memory_init(&m);
	must_build(&a, p, &m.sink, NULL);
	must_build(&b, q, &m.sink, NULL);
	open_list(&x, p->kind, &m.sink, &a);
	open_list(&y, q->kind, &m.sink, &b);
	vv_assert_ok(vv_list_compare(&c, x, y, true, &err), &err);
	for (size_t i = 0; i < c.share_count; i++) {
		const vv_list_share *s = &c.shares[i];

		assert_true(i == 0 || s->old_index > c.shares[i - 1].old_index);
		assert_int_equal(s->old_row, before_p[s->old_index]);
		assert_int_equal(s->new_row, before_q[s->new_index]);
		assert_int_equal(s->rows, before_p[s->old_index + s->items] - s->old_row);
		for (uint64_t k = 0; k < s->items; k++) {
			assert_int_equal(seed_of(p, s->old_index + k),
					 seed_of(q, s->new_index + k));
			assert_int_equal(of_p[s->old_index + k]++, 0);
			assert_int_equal(of_q[s->new_index + k]++, 0);
		}
	}
	expect_side(p, q, before_p, c.old_items, c.old_count, of_p);
	expect_side(q, p, before_q, c.new_items, c.new_count, of_q);
	vv_list_changes_clear(&c);
	vv_list_reader_close(x);
	vv_list_reader_close(y);
	vv_buf_clear(&a);
	vv_buf_clear(&b);
	free(before_p);
	free(before_q);
	free(of_p);
	free(of_q);
	memory_clear(&m);
}

static void comparing_tells_of_each_item_whether_both_have_it(void **state)
{
	vv_prng rng;

	(void)state;
	vv_prng_init(&rng, 11);
	for (int i = 0; i < 40; i++) {
		plan p = {VV_LIST_DATA, vv_prng_below(&rng, i % 4 ? 3000 : 40), 5, 0, 0}, q = p;

		if (i % 3 == 0) { /* come or gone at both ends */
			q.first = 5 + vv_prng_below(&rng, 200);
			q.count = vv_prng_below(&rng, 3000);
		}
		q.edit = vv_prng_below(&rng, q.count + 1);
		q.edits = vv_prng_below(&rng, 4) * vv_prng_below(&rng, 60);
		compare_plans(&p, &q);
		compare_plans(&q, &p);
	}
}

static void comparing_reads_only_nodes_that_differ(void **state)
{
	plan p = {VV_LIST_DATA, 30000, 5, 0, 0}, q = {VV_LIST_DATA, 30000, 5, 17000, 3};
	vv_list_changes c;
	vv_list_reader *x, *y;
	vv_buf a = VV_BUF_INIT, b = VV_BUF_INIT;
	vv_error err;
	memory m;

	(void)state;
	memory_init(&m);
	must_build(&a, &p, &m.sink, NULL);
	must_build(&b, &q, &m.sink, NULL);
	open_list(&x, p.kind, &m.sink, &a);
	open_list(&y, q.kind, &m.sink, &b);
	m.gets = 0;
	vv_assert_ok(vv_list_compare(&c, x, y, true, &err), &err);
	assert_int_equal(c.old_count, 3);
	assert_int_equal(c.new_count, 3);
	assert_int_equal(c.share_count, 2);
	assert_true(m.gets <= 16);
	vv_list_changes_clear(&c);
	m.block[m.count - 1].gone = true; /* a node above the entries that differ */
	vv_list_reader_close(x);
	vv_list_reader_close(y);
	open_list(&x, p.kind, &m.sink, &a);
	open_list(&y, q.kind, &m.sink, &b);
	vv_assert_status(vv_list_compare(&c, x, y, true, &err), VV_EMISSING, &err);
	vv_list_reader_close(x);
	vv_list_reader_close(y);
	vv_buf_clear(&a);
	vv_buf_clear(&b);
	memory_clear(&m);
}

/* Two digests of which the XXH3-128 with this seed is one: one half of a sum is multiplied by 0, and so the other
 * one is free to balance what the next 16 bytes become, which have one sum as well. Source: xxHash's
 * XXH3_len_17to128_128b, with its default secret. */
static void colliding_digests(uint8_t out[2][32], uint64_t seed)
{
	static const uint8_t secret[32] = {0xb8, 0xfe, 0x6c, 0x39, 0x23, 0xa4, 0x4b, 0xbe,
					   0x7c, 0x01, 0x81, 0x2c, 0xf7, 0x21, 0xad, 0x1c,
					   0xde, 0xd4, 0x6d, 0xe9, 0x83, 0x90, 0x97, 0xdb,
					   0x72, 0x40, 0xa4, 0xa4, 0xb7, 0xb3, 0x67, 0x1f};
	const uint64_t a1 = vv_get_le64(secret) + seed, k2 = vv_get_le64(secret + 16) + seed,
		       k3 = vv_get_le64(secret + 24) - seed, sum = 42, high = 77;

	for (unsigned i = 0; i < 2; i++) {
		uint64_t a2 = k2 ^ (1u + i), b2 = sum - a2, x = b2 ^ k3;

		x = i == 0 ? x : x << 1 | x >> 63; /* times 2, folded */
		vv_put_le64(out[i], a1);
		vv_put_le64(out[i] + 8, (high ^ x) - a1);
		vv_put_le64(out[i] + 16, a2);
		vv_put_le64(out[i] + 24, b2);
	}
}

static void names_of_nodes_cannot_be_made_alike(void **state)
{
	static const uint8_t node[] = {1, VV_CODEC_DAG_CBOR, 0x12, 0x20};
	plan p = {VV_LIST_DATA, 3000, 5, 0, 0};
	vv_list_reader *x, *y;
	vv_list_changes c;
	uint8_t digests[2][32];
	vv_hash128 h[2];
	vv_buf lists[2] = {{0}};
	vv_error err;
	memory m;

	(void)state;
	colliding_digests(digests, VV_CODEC_DAG_CBOR);
	assert_memory_not_equal(digests[0], digests[1], 32);
	memory_init(&m);
	for (unsigned i = 0; i < 2; i++) {
		uint8_t *at;
		size_t k = 0;

		h[i] = vv_xxh3_128(digests[i], 32, VV_CODEC_DAG_CBOR);
		must_build(&lists[i], &p, &m.sink, NULL);
		at = (uint8_t *)lists[i].data;
		while (memcmp(at + k, node, sizeof(node)) != 0) {
			assert_true(++k + sizeof(node) + 32 <= lists[i].len);
		}
		memcpy(at + k + sizeof(node), digests[i], 32);
	}
	assert_memory_equal(&h[0], &h[1], sizeof(h[0]));
	open_list(&x, p.kind, &m.sink, &lists[0]);
	open_list(&y, p.kind, &m.sink, &lists[1]);
	/* they are two: looked into, and they are not there */
	vv_assert_status(vv_list_compare(&c, x, y, true, &err), VV_EMISSING, &err);
	vv_list_reader_close(x);
	vv_list_reader_close(y);
	vv_buf_clear(&lists[0]);
	vv_buf_clear(&lists[1]);
	memory_clear(&m);
}

static void skipping_lands_behind_the_node(void **state)
{
	plan p = {VV_LIST_DATA, 20000, 5, 0, 0};
	uint64_t *before = sums(&p), at = 0;
	vv_list_reader *r;
	vv_error err;
	vv_buf list = VV_BUF_INIT;
	vv_prng rng;
	memory m;

	(void)state;
	memory_init(&m);
	vv_prng_init(&rng, 9);
	must_build(&list, &p, &m.sink, NULL);
	open_list(&r, p.kind, &m.sink, &list);
	while (at < p.count) {
		unsigned height = (unsigned)vv_prng_below(&rng, vv_list_height(r) + 1);
		vv_list_node node;

		if (vv_prng_below(&rng, 4) == 0 || vv_list_next_node(r, height, &node, &err) == 0) {
			expect_item(r, &p, before, at++);
			continue;
		}
		assert_int_equal(node.index, at);
		assert_int_equal(node.before, before[at]);
		assert_int_equal(before[at + node.items] - before[at], node.weight);
		at += node.items;
	}
	assert_int_equal(vv_list_next_node(r, 0, &(vv_list_node){0}, &err), 0);
	assert_int_equal(vv_list_next_node(r, 1, &(vv_list_node){0}, &err), 0);
	vv_list_reader_close(r);
	vv_buf_clear(&list);
	free(before);
	memory_clear(&m);
}

static void a_missing_node_is_an_error_and_no_end(void **state)
{
	plan p = {VV_LIST_DATA, 500, 5, 0, 0};
	vv_list_reader *r;
	vv_list_item item;
	vv_error err;
	vv_buf list = VV_BUF_INIT;
	memory m;
	int more;

	(void)state;
	memory_init(&m);
	must_build(&list, &p, &m.sink, NULL);
	m.block[m.count / 2].gone = true;
	open_list(&r, p.kind, &m.sink, &list);
	while ((more = vv_list_next(r, &item, &err)) > 0) {
		;
	}
	assert_int_equal(more, VV_EMISSING);
	assert_int_equal(vv_list_next(r, &item, &err), VV_EMISSING);
	vv_list_reader_close(r);
	vv_buf_clear(&list);
	memory_clear(&m);
}

static void a_node_under_the_wrong_sums_is_refused(void **state)
{
	plan p = {VV_LIST_DATA, 200, 5, 0, 0};
	vv_buf top = VV_BUF_INIT;
	vv_list_reader *r;
	vv_list_item item;
	vv_error err;
	vv_buf list = VV_BUF_INIT;
	memory m;

	(void)state;
	memory_init(&m);
	must_build(&list, &p, &m.sink, NULL);
	for (int wrong = 0; wrong < 2; wrong++) {
		size_t count;

		vv_buf_reset(&top);
		vv_cbor_put_map(&top, 2);
		vv_cbor_put_key(&top, "items");
		vv_cbor_put_array(&top, 1);
		vv_cbor_put_array(&top, 3);
		vv_cbor_put_link(&top, &m.block[0].cid);
		vv_cbor_put_uint(&top, wrong ? 1000000 : 100);
		vv_cbor_put_uint(&top, wrong ? 16 : 15);
		vv_cbor_put_key(&top, "level");
		vv_cbor_put_uint(&top, 1);
		vv_cbor c = vv_cbor_of(top.data, top.len);
		vv_assert_ok(vv_cbor_get_map(&c, &count, &err), &err);
		vv_assert_ok(
			vv_list_reader_open(&r, VV_LIST_DATA, &m.sink, top.data, top.len, &err),
			&err);
		assert_int_equal(vv_list_next(r, &item, &err), VV_ECORRUPT);
		vv_list_reader_close(r);
	}
	vv_buf_clear(&top);
	vv_buf_clear(&list);
	memory_clear(&m);
}

static void a_dry_builder_gives_the_same_top_and_stores_nothing(void **state)
{
	plan p = {VV_LIST_CHUNKS, 900, 5, 0, 0};
	vv_buf a = VV_BUF_INIT, b = VV_BUF_INIT;
	memory m;
	vv_sink dry;

	(void)state;
	memory_init(&m);
	must_build(&a, &p, &m.sink, NULL);
	dry = m.sink;
	dry.put = NULL;
	m.puts = 0;
	must_build(&b, &p, &dry, &a);
	assert_int_equal(m.puts, 0);
	assert_int_equal(a.len, b.len);
	assert_memory_equal(a.data, b.data, a.len);
	vv_buf_clear(&a);
	vv_buf_clear(&b);
	memory_clear(&m);
}

/* ---- faults ---- */

typedef struct fault_run {
	memory *m;
	plan p;
	const vv_buf *old;
} fault_run;

static vv_status build_and_read(void *payload, vv_error *err)
{
	fault_run *f = payload;
	vv_list_reader *r = NULL;
	vv_list_item item;
	uint64_t seen = 0;
	vv_buf list = VV_BUF_INIT;
	vv_status rc = build(&list, &f->p, &f->m->sink, f->old, err);
	int more = 0;

	if (rc >= 0) {
		rc = vv_list_reader_open(&r, f->p.kind, &f->m->sink, list.data, list.len, err);
	}
	while (rc >= 0 && (more = vv_list_next(r, &item, err)) > 0) {
		seen++;
	}
	if (rc >= 0 && more < 0) {
		rc = (vv_status)more;
	}
	if (rc >= 0) {
		assert_int_equal(seen, f->p.count);
	}
	vv_list_reader_close(r);
	vv_buf_clear(&list);
	return rc;
}

static void every_failed_allocation_is_reported_and_leaks_nothing(void **state)
{
	fault_run f = {NULL, {VV_LIST_DATA, 150, 5, 0, 0}, NULL};
	memory m;

	(void)state;
	memory_init(&m);
	f.m = &m;
	vv_fault_each(VV_FAULT_ALLOC, 12, build_and_read, NULL, &f);
	memory_clear(&m);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(the_nodes_are_those_of_a_naive_builder),
	cmocka_unit_test(entries_come_back_in_order_with_their_places),
	cmocka_unit_test(seeking_reads_only_the_nodes_on_the_path),
	cmocka_unit_test(a_small_change_writes_few_nodes_and_each_has_a_base),
	cmocka_unit_test(bases_are_found_behind_an_insertion),
	cmocka_unit_test(equal_nodes_are_skipped_unread),
	cmocka_unit_test(comparing_tells_of_each_item_whether_both_have_it),
	cmocka_unit_test(comparing_reads_only_nodes_that_differ),
	cmocka_unit_test(names_of_nodes_cannot_be_made_alike),
	cmocka_unit_test(skipping_lands_behind_the_node),
	cmocka_unit_test(a_missing_node_is_an_error_and_no_end),
	cmocka_unit_test(a_node_under_the_wrong_sums_is_refused),
	cmocka_unit_test(a_dry_builder_gives_the_same_top_and_stores_nothing),
	cmocka_unit_test(every_failed_allocation_is_reported_and_leaks_nothing),
};

VV_TEST_SUITE(list)
