#include "tests/unit/support.h"

#include <stdio.h>
#include <string.h>

#include "base/sys.h"
#include "dataset/table/table.h"
#include "tests/unit/diff/patched.h"

static vv_buf text(const char *s)
{
	vv_buf b = VV_BUF_INIT;
	vv_buf_puts(&b, s);
	return b;
}

static void same_bytes(const vv_buf *found, const vv_buf *wanted)
{
	assert_non_null(found);
	if (found->len != wanted->len ||
	    (wanted->len > 0 && memcmp(found->data, wanted->data, wanted->len) != 0)) {
		fail_msg("found:\n%s\nwanted:\n%s", vv_buf_cstr(found), vv_buf_cstr(wanted));
	}
}

/* apply(a, diff(a, b)) is b, apply(b, reverse) is a; both exactly. */
static void round_trip_at(vv_patched *p, const char *path, vv_kind kind, const vv_buf *a,
			  const vv_buf *b)
{
	vv_buf patch = VV_BUF_INIT;
	vv_error err = {0};
	vv_status rc = vv_patched_diff(p, &patch, path, kind, a, b, &err);
	if (rc == VV_OK) {
		vv_patched_put(p, path, vv_buf_cstr(a), a->len);
		rc = vv_patched_apply(p, &patch, VV_PATCH_EXACT, false, false, &err);
	}
	if (rc < 0) {
		fail_msg("%s\n%s\n--- a\n%s\n--- b\n%s\n--- patch\n%s", err.message,
			 vv_buf_cstr(&p->misfits), vv_buf_cstr(a), vv_buf_cstr(b),
			 vv_buf_cstr(&patch));
	}
	same_bytes(vv_patched_get(p, path), b);
	rc = vv_patched_apply(p, &patch, VV_PATCH_EXACT, true, false, &err);
	if (rc < 0) {
		fail_msg("back: %s\n%s\n--- a\n%s\n--- b\n%s\n--- patch\n%s", err.message,
			 vv_buf_cstr(&p->misfits), vv_buf_cstr(a), vv_buf_cstr(b),
			 vv_buf_cstr(&patch));
	}
	same_bytes(vv_patched_get(p, path), a);
	vv_buf_clear(&patch);
}

static void round_trip(const char *path, const char *const *key, const char *from, const char *to)
{
	vv_patched p;
	vv_buf a = text(from), b = text(to);
	vv_patched_init(&p);
	p.key = key;
	round_trip_at(&p, path, VV_KIND_TABLE, &a, &b);
	vv_buf_clear(&a);
	vv_buf_clear(&b);
	vv_patched_clear(&p);
}

static const char *const by_id[] = {"id", NULL};

static void changed_added_and_removed_rows_come_and_go(void **state)
{
	(void)state;
	const char *a = "id,name,price\n1,lamp,9.99\n2,chair,5\n3,desk,7\n",
		   *b = "id,name,price\n1,lamp,8.99\n3,desk,7\n4,sofa,70\n";
	round_trip("t.csv", by_id, a, b);
	round_trip("t.csv", NULL, a, b);
}

static void moved_rows_come_back_to_their_places(void **state)
{
	(void)state;
	const char *a = "id,x\n1,a\n2,b\n3,c\n4,d\n5,e\n6,f\n",
		   *b = "id,x\n4,d\n5,E\n6,f\n1,a\n3,c\n2,b\n";
	round_trip("t.csv", by_id, a, b);
	round_trip("t.csv", NULL, a, b);
}

static void columns_are_added_dropped_renamed_and_moved(void **state)
{
	(void)state;
	round_trip("t.csv", by_id, "id,a,b\n1,x,2\n2,y,3\n3,z,4\n",
		   "b,id,c,amount\n2,1,new,x\n3,2,,y\n4,3,\"q,q\",z\n");
	round_trip("t.csv", NULL, "id,a,b\n1,x,2\n2,y,3\n3,z,4\n", "id,b\n1,2\n3,4\n");
}

static void how_lines_are_written_is_carried_too(void **state)
{
	(void)state;
	const char *a = "id,x\n1,a\n2,b\n3,c\n";
	round_trip("t.csv", by_id, a, "\xEF\xBB\xBFid,x\r\n1,a\r\n2,b\r\n3,c");
	round_trip("t.csv", by_id, a, "\"id\",\"x\"\n\"1\",\"a\"\n\"2\",\"b\"\n\"3\",\"c\"\n");
	round_trip("t.csv", by_id, a, "id,x\n1,a\r\n\n2,\"b\"\n3,c\n\n");
	round_trip("t.csv", by_id, "id,x\n1,a\r\n\n2,\"b\"\n3,c\n\n",
		   "id,x\n3,c\n2,\"B\"\n1,a\n\n\n");
	round_trip("t.csv", by_id, "id;x\n1;a\n2;b\n", "id,x\n1,a\n2,b\n");
	round_trip("t.csv", by_id, "id,x\n", "id,x\n1,a\n");
	round_trip("t.csv", by_id, "id,x\n1\n2,\n", "id,x\n1,\n2\n");
}

static void bytes_that_are_no_text_survive(void **state)
{
	(void)state;
	round_trip("t.csv", by_id, "id,x\n1,\xff\xfe\n2,b\n",
		   "id,x\n1,\xc3\n2,b\x01\n3,\"a\n\xe4\"\n");
	round_trip("t.csv", by_id, "id,n\xe4me\n1,a\n", "id,n\xe4me,b\n1,a,\n");
}

static void json_keeps_its_values_and_spelling(void **state)
{
	(void)state;
	const char *a = "{\"id\":1,\"v\":1.50}\n{\"id\":2,\"v\":null}\n{\"id\":3,\"w\":[1, 2]}\n";
	const char *b =
		"{\"id\":1,\"v\":\"1.50\"}\n{\"id\":2}\n{\"w\":[1,2],\"id\":3}\n{\"id\":4,\"v\":true,\"w\":\"\\u00e9\\ud800\"}\n";
	round_trip("t.ndjson", by_id, a, b);
	round_trip("t.ndjson", NULL, a, b);
	round_trip("t.json", NULL, "[{\"id\":1,\"v\":1e5},\n{\"id\":2,\"v\":-0}]",
		   "[\n {\"id\": 2, \"v\": -0.0},\n {\"id\": 1}\n]\n");
	round_trip("t.json", NULL, "[]", "[{\"id\":1}]\n");
}

static void a_table_may_become_json_and_come_back(void **state)
{
	(void)state;
	round_trip("t.data", by_id, "id,x\n1,a\n2,\n3,c\n",
		   "{\"id\":1,\"x\":\"a\"}\n{\"id\":3}\n{\"id\":2,\"x\":null}\n");
}

static void a_table_may_appear_and_disappear(void **state)
{
	(void)state;
	vv_patched p;
	vv_buf b = text("id,x\n1,a\n2,\"b\"\n"), patch = VV_BUF_INIT;
	vv_error err;
	vv_patched_init(&p);
	vv_assert_ok(vv_patched_diff(&p, &patch, "t.csv", VV_KIND_TABLE, NULL, &b, &err), &err);
	vv_assert_ok(vv_patched_apply(&p, &patch, VV_PATCH_FIT, false, false, &err), &err);
	same_bytes(vv_patched_get(&p, "t.csv"), &b);
	/* once more: there is a file now */
	vv_assert_status(vv_patched_apply(&p, &patch, VV_PATCH_FIT, false, false, &err),
			 VV_ECONFLICT, &err);
	vv_assert_contains(p.misfits.data, "t.csv|-|-|no such file|a file");
	vv_assert_ok(vv_patched_apply(&p, &patch, VV_PATCH_FIT, true, false, &err), &err);
	assert_null(vv_patched_get(&p, "t.csv"));
	vv_buf_clear(&b);
	vv_buf_clear(&patch);
	vv_patched_clear(&p);
}

static void no_difference_is_an_empty_patch(void **state)
{
	(void)state;
	vv_patched p;
	vv_buf a = text("id,x\n1,a\n"), patch = VV_BUF_INIT;
	vv_error err;
	vv_patched_init(&p);
	vv_assert_ok(vv_patched_diff(&p, &patch, "t.csv", VV_KIND_TABLE, &a, &a, &err), &err);
	assert_string_equal(
		patch.data,
		"{\"type\":\"diff\",\"format\":\"varve.diff/1\",\"patch\":1}\n{\"type\":\"end\",\"tables\":0}\n");
	vv_assert_ok(vv_patched_apply(&p, &patch, VV_PATCH_FIT, false, false, &err), &err);
	assert_int_equal(p.done_count, 0);
	vv_buf_clear(&a);
	vv_buf_clear(&patch);
	vv_patched_clear(&p);
}

/* --- generated pairs ---------------------------------------------------------- */

/* A table as one would write it down: rows of cells, and how each line is written. */
typedef struct model {
	unsigned columns, rows;
	char names[8][12];
	char cells[64][8][12];
	unsigned odd[64]; /* 0: as the dialect has it */
	bool crlf, bom, no_final, quoted;
	char delimiter;
} model;

static void random_cell(vv_prng *r, char *out, bool first, unsigned row)
{
	static const char *const texts[] = {"",     "a",   "b",         "1",        "1.0",  "x,y",
					    "q\"q", " s ", "line\nend", "\xc3\xa9", "\xff", "null"};
	if (first && vv_prng_below(r, 10) > 0) {
		snprintf(out, 12, "k%u", row);
	} else {
		snprintf(out, 12, "%s", texts[vv_prng_below(r, sizeof(texts) / sizeof(texts[0]))]);
	}
}

static void random_model(vv_prng *r, model *m)
{
	memset(m, 0, sizeof(*m));
	m->columns = 1 + (unsigned)vv_prng_below(r, 5);
	m->rows = (unsigned)vv_prng_below(r, 30);
	m->delimiter = vv_prng_below(r, 4) ? ',' : ';';
	for (unsigned c = 0; c < m->columns; c++) {
		snprintf(m->names[c], sizeof(m->names[c]), "c%u", c);
	}
	for (unsigned i = 0; i < m->rows; i++) {
		m->odd[i] = vv_prng_below(r, 6) ? 0 : (unsigned)vv_prng_below(r, 6);
		for (unsigned c = 0; c < m->columns; c++) {
			random_cell(r, m->cells[i][c], c == 0, i);
		}
	}
}

static void copy_row(model *m, unsigned to, unsigned from)
{
	memcpy(m->cells[to], m->cells[from], sizeof(m->cells[0]));
	m->odd[to] = m->odd[from];
}

static void swap_rows(model *m, unsigned a, unsigned b)
{
	char cells[8][12];
	unsigned odd = m->odd[a];
	memcpy(cells, m->cells[a], sizeof(cells));
	copy_row(m, a, b);
	memcpy(m->cells[b], cells, sizeof(cells));
	m->odd[b] = odd;
}

static void change_rows(vv_prng *r, model *m)
{
	unsigned at = m->rows ? (unsigned)vv_prng_below(r, m->rows) : 0;
	switch (vv_prng_below(r, 6)) {
	case 0:
		if (m->rows < 60) {
			for (unsigned i = m->rows; i > at; i--) {
				copy_row(m, i, i - 1);
			}
			m->rows++;
			m->odd[at] = (unsigned)vv_prng_below(r, 6);
			for (unsigned c = 0; c < m->columns; c++) {
				random_cell(r, m->cells[at][c], c == 0,
					    100 + (unsigned)vv_prng_below(r, 50));
			}
		}
		break;
	case 1:
		for (unsigned i = at; i + 1 < m->rows; i++) {
			copy_row(m, i, i + 1);
		}
		m->rows -= m->rows > 0;
		break;
	case 2:
		if (m->rows > 0) {
			swap_rows(m, at, (unsigned)vv_prng_below(r, m->rows));
		}
		break;
	case 3:
		if (m->rows > 0) {
			m->odd[at] = (unsigned)vv_prng_below(r, 6);
		}
		break;
	default:
		if (m->rows > 0) {
			unsigned c = (unsigned)vv_prng_below(r, m->columns);
			random_cell(r, m->cells[at][c], c == 0,
				    200 + (unsigned)vv_prng_below(r, 50));
		}
		break;
	}
}

static void change_columns(vv_prng *r, model *m)
{
	unsigned at = (unsigned)vv_prng_below(r, m->columns),
		 other = (unsigned)vv_prng_below(r, m->columns);
	char cell[12];
	switch (vv_prng_below(r, 4)) {
	case 0:
		if (m->columns < 7) {
			snprintf(m->names[m->columns], sizeof(m->names[0]), "n%u",
				 (unsigned)vv_prng_below(r, 100));
			for (unsigned i = 0; i < m->rows; i++) {
				random_cell(r, m->cells[i][m->columns], false, i);
			}
			m->columns++;
		}
		break;
	case 1:
		if (m->columns > 1) {
			m->columns--; /* the last is dropped */
		}
		break;
	case 2:
		snprintf(m->names[at], sizeof(m->names[0]), "r%u", (unsigned)vv_prng_below(r, 100));
		break;
	default:
		memcpy(cell, m->names[at], 12);
		memcpy(m->names[at], m->names[other], 12);
		memcpy(m->names[other], cell, 12);
		for (unsigned i = 0; i < m->rows; i++) {
			memcpy(cell, m->cells[i][at], 12);
			memcpy(m->cells[i][at], m->cells[i][other], 12);
			memcpy(m->cells[i][other], cell, 12);
		}
		break;
	}
}

static void mutate(vv_prng *r, model *m)
{
	for (uint64_t n = vv_prng_below(r, 12); n > 0; n--) {
		change_rows(r, m);
	}
	for (uint64_t n = vv_prng_below(r, 8) ? 0 : 1 + vv_prng_below(r, 2); n > 0; n--) {
		change_columns(r, m);
	}
	for (unsigned i = 0; vv_prng_below(r, 12) == 0 && i + 1 < m->rows; i++) {
		swap_rows(m, i, i + (unsigned)vv_prng_below(r, m->rows - i));
	}
	if (vv_prng_below(r, 8) == 0) {
		m->crlf = !m->crlf;
	}
	if (vv_prng_below(r, 8) == 0) {
		m->quoted = !m->quoted;
	}
	m->no_final ^= vv_prng_below(r, 8) == 0;
	m->bom ^= vv_prng_below(r, 10) == 0;
}

static void put_csv_cell(vv_buf *out, const model *m, const char *cell, bool quote)
{
	if (!quote && !strpbrk(cell, ",;\"\n") && !(m->columns == 1 && !*cell)) {
		vv_buf_puts(out, cell);
		return;
	}
	vv_buf_putc(out, '"');
	for (; *cell; cell++) {
		if (*cell == '"') {
			vv_buf_putc(out, '"');
		}
		vv_buf_putc(out, *cell);
	}
	vv_buf_putc(out, '"');
}

static void put_csv(vv_buf *out, const model *m)
{
	const char *end = m->crlf ? "\r\n" : "\n";
	vv_buf_puts(out, m->bom ? "\xEF\xBB\xBF" : "");
	for (unsigned c = 0; c < m->columns; c++) {
		if (c > 0) {
			vv_buf_putc(out, m->delimiter);
		}
		put_csv_cell(out, m, m->names[c], m->quoted);
	}
	vv_buf_puts(out, end);
	for (unsigned i = 0; i < m->rows; i++) {
		unsigned odd = m->odd[i], columns = m->columns;
		vv_buf_puts(out, odd == 1 ? "\n" : "");
		if (odd == 2 && columns > 2) {
			columns--; /* a short row */
		}
		for (unsigned c = 0; c < columns; c++) {
			if (c > 0) {
				vv_buf_putc(out, m->delimiter);
			}
			put_csv_cell(out, m, m->cells[i][c], m->quoted != (odd == 3));
		}
		bool last = i + 1 == m->rows;
		vv_buf_puts(out, last && m->no_final ? ""
				 : odd == 4          ? (m->crlf ? "\n" : "\r\n")
				 : odd == 5          ? "\r"
						     : end);
	}
}

static void put_json_string(vv_buf *out, const char *s)
{
	vv_buf_putc(out, '"');
	for (; *s; s++) {
		if (*s == '"' || *s == '\\') {
			vv_buf_putc(out, '\\');
		}
		vv_buf_puts(out, *s == '\n' ? "\\n" : (unsigned char)*s == 0xff ? "\\ud800" : "");
		if (*s != '\n' && (unsigned char)*s != 0xff) {
			vv_buf_putc(out, *s);
		}
	}
	vv_buf_putc(out, '"');
}

static void put_ndjson(vv_buf *out, const model *m)
{
	for (unsigned i = 0; i < m->rows; i++) {
		bool first = true;
		vv_buf_puts(out, m->odd[i] == 1 ? "\n{" : "{");
		for (unsigned c = 0; c < m->columns; c++) {
			const char *cell = m->cells[i][c];
			if (!*cell && m->odd[i] != 2) {
				continue;
			}
			vv_buf_puts(out, first ? "" : m->odd[i] == 3 ? ", " : ",");
			first = false;
			put_json_string(out, m->names[c]);
			vv_buf_puts(out, m->quoted ? ": " : ":");
			if (strcmp(cell, "null") == 0 || strcmp(cell, "1.0") == 0 ||
			    (strcmp(cell, "1") == 0 && m->odd[i] != 4)) {
				vv_buf_puts(out, cell);
			} else {
				put_json_string(out, cell);
			}
		}
		vv_buf_puts(out, i + 1 == m->rows && m->no_final ? "}" : m->crlf ? "}\r\n" : "}\n");
	}
}

/* What cannot be added at all is not a pair. */
static bool can_open(vv_patched *p, const char *path, const vv_buf *b)
{
	vv_table t;
	vv_error err;
	vv_status rc = vv_patched_open(p, &t, path, VV_KIND_TABLE, vv_buf_cstr(b), b->len, &err);
	if (rc == VV_OK) {
		vv_table_close(&t);
	}
	return rc == VV_OK;
}

static void generated(uint64_t seed, unsigned count, const char *path,
		      void (*put)(vv_buf *, const model *))
{
	static const char *const first[] = {"c0", NULL};
	vv_prng r;
	unsigned done = 0;
	vv_prng_init(&r, seed);
	while (done < count) {
		vv_patched p;
		vv_buf a = VV_BUF_INIT, b = VV_BUF_INIT;
		model *m = vv_malloc(sizeof(*m));
		const bool taken = vv_test_sampled(done, 8);
		vv_patched_init(&p);
		random_model(&r, m);
		put(&a, m);
		mutate(&r, m);
		put(&b, m);
		bool both = strstr(vv_buf_cstr(&a), "c0") && strstr(vv_buf_cstr(&b), "c0");
		p.by = both && vv_prng_below(&r, 2) ? first : NULL;
		if (!taken) {
			done++;
		} else if (a.len > 0 && b.len > 0 && can_open(&p, path, &a) &&
			   can_open(&p, path, &b)) {
			round_trip_at(&p, path, VV_KIND_TABLE, &a, &b);
			done++;
		}
		vv_free(m);
		vv_buf_clear(&a);
		vv_buf_clear(&b);
		vv_patched_clear(&p);
	}
}

static void generated_csv_pairs_come_out_byte_for_byte(void **state)
{
	(void)state;
	generated(11, 1500, "t.csv", put_csv);
}

static void generated_json_pairs_come_out_byte_for_byte(void **state)
{
	(void)state;
	generated(12, 800, "t.ndjson", put_ndjson);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(changed_added_and_removed_rows_come_and_go),
	cmocka_unit_test(moved_rows_come_back_to_their_places),
	cmocka_unit_test(columns_are_added_dropped_renamed_and_moved),
	cmocka_unit_test(how_lines_are_written_is_carried_too),
	cmocka_unit_test(bytes_that_are_no_text_survive),
	cmocka_unit_test(json_keeps_its_values_and_spelling),
	cmocka_unit_test(a_table_may_become_json_and_come_back),
	cmocka_unit_test(a_table_may_appear_and_disappear),
	cmocka_unit_test(no_difference_is_an_empty_patch),
	cmocka_unit_test(generated_csv_pairs_come_out_byte_for_byte),
	cmocka_unit_test(generated_json_pairs_come_out_byte_for_byte),
};

VV_TEST_SUITE(patch)
