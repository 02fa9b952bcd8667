/*
 * Candidate keys, and the proof that a key is unique.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/sys.h"
#include "dataset/schema/key.h"
#include "tests/unit/support.h"

/* --- candidates ------------------------------------------------------- */

#define COLUMNS_MAX 8
#define ROWS_MAX 64

/* A table from lines: names first, then rows; cells cut at commas. */
typedef struct table {
	char *text;
	const char *names[COLUMNS_MAX];
	size_t name_lens[COLUMNS_MAX];
	size_t columns, rows;
	vv_cell cells[COLUMNS_MAX * ROWS_MAX];
	vv_key_candidate found[8];
	size_t found_count;
} table;

static void add_line(table *t, char *line, bool names)
{
	for (size_t c = 0; line; c++) {
		char *comma = strchr(line, ',');

		if (comma) {
			*comma = '\0';
		}
		if (names) {
			t->names[c] = line;
			t->name_lens[c] = strlen(line);
			t->columns = c + 1;
		} else {
			t->cells[t->rows * COLUMNS_MAX + c] = (vv_cell){
				.text = line, .len = (uint32_t)strlen(line)};
		}
		line = comma ? comma + 1 : NULL;
	}
	t->rows += names ? 0 : 1;
}

static void find_keys(table *t, const char *text)
{
	char *save = NULL;
	vv_error err;

	memset(t, 0, sizeof(*t));
	t->text = strdup(text);
	assert_non_null(t->text);
	for (char *line = strtok_r(t->text, "\n", &save); line;
	     line = strtok_r(NULL, "\n", &save)) {
		add_line(t, line, t->columns == 0);
	}
	vv_assert_ok(vv_key_candidates(t->found, 8, &t->found_count, t->cells, t->rows, t->columns,
				       COLUMNS_MAX, t->names, t->name_lens, &err),
		     &err);
}

/* The best candidate as "a+b"; "" when there is none. */
static const char *best_key(const char *text)
{
	static char out[128];
	table t;

	find_keys(&t, text);
	out[0] = '\0';
	for (size_t i = 0; t.found_count > 0 && i < t.found[0].count; i++) {
		if (i > 0) {
			strcat(out, "+");
		}
		strcat(out, t.names[t.found[0].columns[i]]);
	}
	free(t.text);
	return out;
}

static void a_column_called_id_is_the_key_even_of_small_tables(void **state)
{
	(void)state;
	assert_string_equal(best_key("name,id\nx,1\ny,2"), "id");
	assert_string_equal(best_key("city,order_id\nx,1\nx,2\ny,3"), "order_id");
	assert_string_equal(best_key("city,productId\nx,1\nx,2\ny,3"), "productId");
	assert_string_equal(best_key("id,code\n1,a\n2,b"), "id");
	assert_string_equal(best_key("code,id\na,1\nb,2"), "id");
}

static void a_repeated_value_rules_a_column_out(void **state)
{
	(void)state;
	assert_string_equal(best_key("id,code\n1,a\n1,b\n2,c"), "code");
	assert_string_equal(best_key("id,x\n1,a\n1,b"), "");
}

static void a_hole_or_a_fraction_rules_a_column_out(void **state)
{
	(void)state;
	assert_string_equal(best_key("id,x\n1,a\n,b"), "");
	assert_string_equal(best_key("id,x\n1.5,a\n2,b"), "");
	assert_string_equal(best_key("code,x\n01.1,a\n01.2,b\n01.3,b"), "code");
}

static void a_small_table_without_a_name_that_says_so_has_no_key(void **state)
{
	(void)state;
	assert_string_equal(best_key("a,b\n1,2\n3,4"), "");
	assert_string_equal(best_key("id,b\n"), "");
	assert_string_equal(best_key("code,country_id,place\nA1,149,x\n"), "");
	assert_string_equal(best_key("code,country_id,place\nA1,149,x\nA2,150,x\n"), "");
}

#define NINE(line)                                                                                 \
	line "1\n" line "2\n" line "3\n" line "4\n" line "5\n" line "6\n" line "7\n" line          \
	     "8\n" line "9\n"

static void the_leading_column_of_a_larger_table_may_be_a_key(void **state)
{
	(void)state;
	assert_string_equal(
		best_key(
			"country,population\n"
			"United States,331\nChina,1411\nIndia,1380\nBrazil,214\nNew Zealand,5\nFiji,1\nPeru,33\n"
			"Mali,21\nChad,17\n"),
		"country");
	assert_string_equal(best_key("a,b\nx,1\nx,2\ny,3\nz,4\nz,5\nz,6\nq,7\nq,8\nq,9\n"), "");
}

static void columns_far_right_need_the_name(void **state)
{
	(void)state;
	assert_string_equal(best_key("a,b,c,d\n" NINE("x,y,z,")), "");
	assert_string_equal(best_key("a,b,c,d_id\n" NINE("x,y,z,")), "d_id");
}

/* Eight rows: a date, a number that counts from `from` on, a name and an amount. */
static const char *key_of_days(const char *first, const char *second, unsigned from)
{
	static char text[1024];
	size_t len = (size_t)snprintf(text, sizeof(text), "%s,%s,Amount\n", first, second);
	const bool counts = strcmp(second, "Date") == 0;

	for (unsigned i = 0; i < 8; i++) {
		len += (size_t)snprintf(text + len, sizeof(text) - len,
					counts ? "%u,0%u/02/2025,1.%03u.5\n"
					       : "0%u/02/2025,%u,1.%03u.5\n",
					counts ? from + i : i + 1, counts ? i + 1 : from + i, i);
	}
	return best_key(text);
}

static void a_number_of_the_line_comes_before_a_date(void **state)
{
	static const char *const names[] = {"N\302\260", "Nr", "Nr.",          "Lp.",
					    "\304\215.", "#",  "\342\204\226", "No."};

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		assert_string_equal(key_of_days(names[i], "Date", 3), names[i]);
		assert_string_equal(key_of_days("Date", names[i], 3), names[i]);
	}
	/* by what it counts, where its name is not known */
	assert_string_equal(key_of_days("Zeile", "Date", 0), "Zeile");
	assert_string_equal(key_of_days("Date", "Zeile", 0), "Date");
	assert_string_equal(best_key("row,code\n1,AB\n2,CD\n3,EF\n4,GH\n5,IJ\n6,KL\n7,MN\n8,OP\n"),
			    "code");
}

/* The i-th of forty rows of a usual layout, by its letters: P a place of two rows, C of three, c a code of two rows, n a number that
 * nothing else has, r one that comes again, f a fraction, y a year, m a month, d a day of the calendar, t a text that nothing else
 * has, u one of five, # a counter from 1, 0 one from 0, i the same as an identifier, w the same with one repeat. */
static void put_cell(vv_buf *b, char letter, unsigned i)
{
	const unsigned n = i * 7919 % 40;

	switch (letter) {
	case 'P':
		vv_buf_printf(b, "Place %u", i / 2);
		break;
	case 'C':
		vv_buf_printf(b, "Place %u", i / 3);
		break;
	case 'c':
		vv_buf_printf(b, "K%03u", i / 2);
		break;
	case 'n':
		vv_buf_printf(b, "%u", 100000 + n * 313);
		break;
	case 'r':
		vv_buf_printf(b, "%u", n % 7);
		break;
	case 'f':
		vv_buf_printf(b, "%u.%u", n, n % 9 + 1);
		break;
	case 'y':
		vv_buf_printf(b, "%u", 2019 + i % 2);
		break;
	case 'm':
		vv_buf_printf(b, "%u", i % 2 + 1);
		break;
	case 'z':
		vv_buf_printf(b, "%u", i % 3 + 1);
		break;
	case 'd':
		vv_buf_printf(b, "2024-01-%02u", i % 2 + 1);
		break;
	case 't':
		vv_buf_printf(b, "text no %u", n);
		break;
	case 'u':
		vv_buf_printf(b, "kind %u", n % 5);
		break;
	case '#':
		vv_buf_printf(b, "%u", i + 1);
		break;
	case '0':
		vv_buf_printf(b, "%u", i);
		break;
	case 'i':
		vv_buf_printf(b, "%u", 5000 + n);
		break;
	case 'w':
		vv_buf_printf(b, "%u", i == 20 ? 5003 : 5000 + i);
		break;
	default:
		fail_msg("no such letter");
	}
}

static void usual_layouts_have_the_key_that_one_would_name(void **state)
{
	static const char *const layouts[][3] = {
		{"country,year,population", "Pyn", "country+year"},
		{"station,date,visitors", "cdn", "station+date"},
		{"year,month,sales", "ymn", ""},
		{"team,season,points", "Pyn", "team+season"},
		{"team,season,points", "Pyr", "team+season"},
		{"precinct,candidate,votes", "czn", "precinct+candidate"},
		{"precinct,candidate,votes", "Czn", "precinct+candidate"},
		{"sku,warehouse,stock", "cmn", "sku+warehouse"},
		{"gene,sample,reads", "cmn", "gene+sample"},
		{"lat,lon,height", "ffn", ""},
		{"customer,region,total", "uun", ""},
		{"id,name,price", "wun", ""},
		{"id,name,price", "itn", "id"},
		{"name,price,kind", "tfu", "name"},
		{"field1,name,price,kind", "#tfu", "name"},
		{"field1,name,price,kind", "0tfu", "name"},
		{"rownames,country,year,gdp", "#Pyn", "country+year"},
		{"rownames,height,weight", "#fr", ""},
		{"newspaper,circulation", "tn", "newspaper"},
		{"year,election_result,poll_average", "yrn", ""},
		{"onset,duration,trial_type,response_time", "frun", ""},
		{"filename,acq_time", "td", "filename"},
		{"episode_id,local_language_id,name", "cmt", "episode_id+local_language_id"},
		{"country,year,population,note", "Pynu", "country+year"},
		{"date,open,close,volume", "tffn", "date"},
		{"code,name,count", "itn", "code"}};

	(void)state;
	for (size_t k = 0; k < sizeof(layouts) / sizeof(layouts[0]); k++) {
		vv_auto(vv_buf) b = VV_BUF_INIT;

		vv_buf_printf(&b, "%s\n", layouts[k][0]);
		for (unsigned i = 0; i < 40; i++) {
			for (const char *c = layouts[k][1]; *c; c++) {
				vv_buf_puts(&b, c > layouts[k][1] ? "," : "");
				put_cell(&b, *c, i);
			}
			vv_buf_putc(&b, '\n');
		}
		if (strcmp(best_key(vv_buf_cstr(&b)), layouts[k][2]) != 0) {
			fail_msg("%s (%s): key '%s', not '%s'", layouts[k][0], layouts[k][1],
				 best_key(vv_buf_cstr(&b)), layouts[k][2]);
		}
	}
}

static void amounts_are_no_key(void **state)
{
	(void)state;
	assert_string_equal(
		best_key(
			"unit,2024\nUnit A a,1'000.50\nUnit A b,2'000.50\nUnit A c,3'000\nUnit A d,4\n"
			"Unit A e,5\nUnit A f,6\nUnit A g,7\nUnit A h,8\n"),
		"unit");
}

static void columns_together_may_be_a_key(void **state)
{
	(void)state;
	assert_string_equal(
		best_key(
			"country,population,year\n"
			"fr,60,2001\nfr,61,2002\nfr,62,2003\nde,80,2001\nde,80,2002\nde,81,2003\nit,57,2001\n"
			"it,58,2002\nit,58,2003\n"),
		"country+year");
	assert_string_equal(
		best_key(
			"a,b,c,d\n0,0,0,x\n0,0,1,x\n0,1,0,x\n0,1,1,x\n1,0,0,x\n1,0,1,x\n1,1,0,x\n1,1,1,x\n"),
		"a+b+c");
}

static void no_more_candidates_are_given_than_asked_for(void **state)
{
	vv_key_candidate one[1];
	vv_error err;
	size_t count;
	table t;

	(void)state;
	find_keys(&t, "x,id,key\n1,1,1\n2,2,2");
	assert_int_equal(t.found_count, 2);
	assert_int_equal(vv_key_cut_column(t.found, t.found_count), 1);
	vv_assert_ok(vv_key_candidates(one, 1, &count, t.cells, t.rows, t.columns, COLUMNS_MAX,
				       t.names, t.name_lens, &err),
		     &err);
	assert_int_equal(count, 1);
	assert_int_equal(one[0].columns[0], 1);
	assert_true(vv_key_cut_column(NULL, 0) == SIZE_MAX);
	free(t.text);
}

static void too_little_memory_is_not_taken_for_a_table_without_a_key(void **state)
{
	vv_key_candidate one[1];
	vv_error err;
	size_t count = 1;
	table t;

	(void)state;
	find_keys(&t, "id,v\n1,1\n2,2");
	vv_fault_set(VV_FAULT_ALLOC, 1, ENOMEM);
	vv_assert_status(vv_key_candidates(one, 1, &count, t.cells, t.rows, t.columns, COLUMNS_MAX,
					   t.names, t.name_lens, &err),
			 VV_ENOMEM, &err);
	assert_true(vv_fault_clear());
	assert_int_equal(count, 0);
	free(t.text);
}

/* --- hashes ----------------------------------------------------------- */

static void hashes_tell_where_one_cell_ends(void **state)
{
	vv_cell a[2] = {{.text = "ab", .len = 2}, {.text = "c", .len = 1}};
	vv_cell b[2] = {{.text = "a", .len = 1}, {.text = "bc", .len = 2}};
	vv_cell literal = {.text = "5", .len = 1, .state = VV_CELL_LITERAL},
		text = {.text = "5", .len = 1};
	const size_t columns[2] = {0, 1};
	bool usable;

	(void)state;
	assert_true(vv_key_hash(a, columns, 2, 7, &usable) != vv_key_hash(b, columns, 2, 7, NULL));
	assert_true(usable);
	assert_true(vv_key_hash(a, columns, 2, 7, NULL) == vv_key_hash(a, columns, 2, 7, NULL));
	assert_true(vv_key_hash(a, columns, 2, 7, NULL) != vv_key_hash(a, columns, 2, 8, NULL));
	assert_true(vv_key_hash(&literal, columns, 1, 7, NULL) !=
		    vv_key_hash(&text, columns, 1, 7, NULL));
}

static void a_key_with_a_hole_is_not_usable(void **state)
{
	vv_cell cells[3] = {
		{.text = "a", .len = 1}, {.state = VV_CELL_ABSENT}, {.state = VV_CELL_TEXT}};
	const size_t absent[2] = {0, 1}, empty[2] = {0, 2}, full[1] = {0};
	bool usable;

	(void)state;
	vv_key_hash(cells, absent, 2, 0, &usable);
	assert_false(usable);
	vv_key_hash(cells, empty, 2, 0, &usable);
	assert_false(usable);
	vv_key_hash(cells, full, 1, 0, &usable);
	assert_true(usable);
}

/* --- the proof -------------------------------------------------------- */

typedef struct pairs {
	uint64_t (*pair)[2];
	size_t count, cap;
	size_t stop_at;   /* answer 1 at so many; 0: never */
	vv_status answer; /* at the first, when negative */
} pairs;

static int keep_pair(void *payload, uint64_t first, uint64_t second, vv_error *err)
{
	pairs *p = payload;

	if (p->answer < 0) return vv_fail(err, p->answer, "no more");
	if (p->count == p->cap) {
		p->cap = p->cap > 0 ? 2 * p->cap : 64;
		p->pair = realloc(p->pair, p->cap * sizeof(*p->pair));
		assert_non_null(p->pair);
	}
	p->pair[p->count][0] = first;
	p->pair[p->count++][1] = second;
	return p->count == p->stop_at ? 1 : 0;
}

/* All pairs, by looking at every earlier row for every row. */
static void find_naively(pairs *p, const uint64_t *hashes, size_t count)
{
	for (size_t k = 1; k < count; k++) {
		for (size_t i = 0; i < k; i++) {
			if (hashes[i] == hashes[k]) {
				keep_pair(p, i, k, NULL);
			}
		}
	}
}

static void prove(pairs *out, const uint64_t *hashes, size_t count, size_t memory, vv_prng *r)
{
	vv_key_proof *p = NULL;
	size_t done = 0;
	vv_error err;

	vv_assert_ok(vv_key_proof_new(&p, memory, vv_test_dir(), &err), &err);
	while (done < count) {
		size_t n = 1 + vv_prng_below(r, count - done);

		vv_assert_ok(vv_key_proof_add(p, hashes + done, n, done, &err), &err);
		done += n;
	}
	vv_assert_ok(vv_key_proof_pairs(p, keep_pair, out, &err), &err);
	vv_key_proof_free(p);
}

static void assert_same_pairs(const pairs *a, const pairs *b)
{
	assert_int_equal(a->count, b->count);
	if (a->count > 0) {
		assert_memory_equal(a->pair, b->pair, a->count * sizeof(*a->pair));
	}
}

static void the_proof_finds_what_a_naive_one_finds(void **state)
{
	static const size_t memories[] = {0, 16, 300, 4096, 1 << 20};
	vv_prng r;

	(void)state;
	for (int round = 0; round < 300; round++) {
		if (!vv_test_sampled((size_t)round, 4)) {
			continue;
		}
		vv_prng_init(&r, 3 + (uint64_t)round);
		size_t count = vv_prng_below(&r, 700);
		uint64_t distinct = 1 + vv_prng_below(&r, 2000), hashes[700];
		pairs expected = {0}, found = {0};

		for (size_t i = 0; i < count; i++) {
			/* some in one partition, some alike in their low bits, 0 among them */
			uint64_t v = vv_prng_below(&r, distinct);

			hashes[i] = round % 3 == 0   ? v
				    : round % 3 == 1 ? v << 54
						     : v * 0x9e3779b97f4a7c15u;
		}
		find_naively(&expected, hashes, count);
		prove(&found, hashes, count, memories[vv_prng_below(&r, 5)], &r);
		assert_same_pairs(&expected, &found);
		free(expected.pair);
		free(found.pair);
	}
}

static void many_pairs_come_in_order_over_several_passes(void **state)
{
	enum { COUNT = 3000 };
	static uint64_t hashes[COUNT];
	pairs expected = {0}, found = {0};
	vv_prng r;

	(void)state;
	vv_prng_init(&r, 4);
	for (size_t i = 0; i < COUNT; i++) {
		hashes[i] = vv_prng_below(&r, 40) << 50;
	}
	find_naively(&expected, hashes, COUNT);
	assert_true(expected.count > 100000);
	prove(&found, hashes, COUNT, 10000, &r);
	assert_same_pairs(&expected, &found);
	free(expected.pair);
	free(found.pair);
}

static uint64_t scattered(uint64_t i)
{
	return i * 0x9e3779b97f4a7c15u;
}

/* Adds count different hashes, the last of them once more in its row again. */
static void add_many(vv_key_proof *p, size_t count, size_t repeat_at, uint64_t repeat)
{
	uint64_t block[1000];
	vv_error err;

	for (size_t done = 0; done < count; done += 1000) {
		for (size_t i = 0; i < 1000; i++) {
			block[i] = scattered(done + i == repeat_at ? repeat : done + i + 1);
		}
		vv_assert_ok(vv_key_proof_add(p, block, 1000, done, &err), &err);
	}
}

static void one_repeat_among_many_rows_is_found(void **state)
{
	vv_key_proof *p = NULL;
	vv_error err;

	(void)state;
	for (size_t memory = 100000; memory <= 100000000; memory *= 1000) {
		pairs found = {0};

		vv_assert_ok(vv_key_proof_new(&p, memory, vv_test_dir(), &err), &err);
		add_many(p, 200000, 199999, 124);
		vv_assert_ok(vv_key_proof_pairs(p, keep_pair, &found, &err), &err);
		assert_int_equal(found.count, 1);
		assert_int_equal(found.pair[0][0], 123);
		assert_int_equal(found.pair[0][1], 199999);
		vv_key_proof_free(p);
		free(found.pair);
	}
}

static void a_unique_key_has_no_pairs_and_leaves_no_files(void **state)
{
	pairs found = {0};
	vv_key_proof *p = NULL;
	vv_error err;

	(void)state;
	vv_assert_ok(vv_key_proof_new(&p, 50000, vv_test_dir(), &err), &err);
	add_many(p, 100000, SIZE_MAX, 0);
	assert_int_equal(vv_test_count_entries(vv_test_dir()),
			 0); /* spilled, and unlinked already */
	vv_assert_ok(vv_key_proof_pairs(p, keep_pair, &found, &err), &err);
	assert_int_equal(found.count, 0);
	vv_assert_status(vv_key_proof_add(p, (const uint64_t[]){1}, 1, 0, &err), VV_EUSAGE, &err);
	vv_key_proof_free(p);
	vv_key_proof_free(NULL);
}

/* Adds count hashes of one partition: all different, or all the same. */
static void add_to_one_partition(vv_key_proof *p, size_t count, bool same)
{
	uint64_t block[1000];
	vv_error err;

	for (size_t done = 0; done < count; done += 1000) {
		for (size_t i = 0; i < 1000; i++) {
			uint64_t v = same ? 7 : done + i;

			block[i] = UINT64_C(1) << 56 | (scattered(v) & ((UINT64_C(1) << 56) - 1));
		}
		vv_assert_ok(vv_key_proof_add(p, block, 1000, done, &err), &err);
	}
}

static void a_partition_too_large_for_memory_is_looked_at_in_parts(void **state)
{
	const size_t count = VV_KEY_SHARED_MAX / 1000 * 1000 + 100000;
	const uint64_t again = UINT64_C(1) << 56 | (scattered(1234567) & ((UINT64_C(1) << 56) - 1));
	vv_key_proof *p = NULL;
	pairs found = {0};
	vv_error err;

	(void)state;
	vv_assert_ok(vv_key_proof_new(&p, 1 << 20, vv_test_dir(), &err), &err);
	add_to_one_partition(p, count, false);
	vv_assert_ok(vv_key_proof_add(p, &again, 1, count, &err), &err);
	vv_assert_ok(vv_key_proof_pairs(p, keep_pair, &found, &err), &err);
	assert_int_equal(found.count, 1);
	assert_int_equal(found.pair[0][0], 1234567);
	assert_int_equal(found.pair[0][1], count);
	vv_key_proof_free(p);
	free(found.pair);
}

static void a_hash_of_more_rows_than_fit_into_memory_still_names_the_first(void **state)
{
	vv_key_proof *p = NULL;
	pairs found = {.stop_at = 3};
	vv_error err;

	(void)state;
	vv_assert_ok(vv_key_proof_new(&p, 100 << 20, vv_test_dir(), &err), &err);
	add_to_one_partition(p, VV_KEY_SHARED_MAX / 1000 * 1000 + 100000, true);
	vv_assert_ok(vv_key_proof_pairs(p, keep_pair, &found, &err), &err);
	assert_int_equal(found.count, 3);
	assert_int_equal(found.pair[2][0], 1);
	assert_int_equal(found.pair[2][1], 2);
	vv_key_proof_free(p);
	free(found.pair);
}

static void rows_may_lie_far_apart_and_come_in_any_order(void **state)
{
	static const uint64_t rows[] = {
		5, 6,          70000,      70001,     65534 + 70001, 65535 + 140000,
		3, 9000000000, 8999999999, 200000000, 200065535,     200131071};
	const size_t count = sizeof(rows) / sizeof(rows[0]);

	(void)state;
	for (size_t memory = 0; memory <= 1000; memory += 1000) {
		pairs found = {0};
		vv_key_proof *p = NULL;
		vv_error err;

		vv_assert_ok(vv_key_proof_new(&p, memory, vv_test_dir(), &err), &err);
		for (size_t i = 0; i < count; i++) {
			vv_assert_ok(vv_key_proof_add(p, (const uint64_t[]){42}, 1, rows[i], &err),
				     &err);
		}
		vv_assert_ok(vv_key_proof_pairs(p, keep_pair, &found, &err), &err);
		assert_int_equal(found.count, count * (count - 1) / 2);
		assert_int_equal(found.pair[0][0], 3);
		assert_int_equal(found.pair[0][1], 5);
		for (size_t i = 0; i < count; i++) { /* each is in a pair with every other */
			size_t seen = 0;

			for (size_t k = 0; k < found.count; k++) {
				seen += found.pair[k][0] == rows[i] || found.pair[k][1] == rows[i]
						? 1
						: 0;
			}
			assert_int_equal(seen, count - 1);
		}
		vv_key_proof_free(p);
		free(found.pair);
	}
}

static void the_caller_can_stop_and_ask_again(void **state)
{
	const uint64_t hashes[] = {7, 7, 7, 9, 9};
	pairs found = {.stop_at = 2}, all = {0}, error = {.answer = VV_ECONFLICT};
	vv_key_proof *p = NULL;
	vv_error err;

	(void)state;
	vv_assert_ok(vv_key_proof_new(&p, 1000, vv_test_dir(), &err), &err);
	vv_assert_ok(vv_key_proof_add(p, hashes, 5, 100, &err), &err);
	vv_assert_ok(vv_key_proof_pairs(p, keep_pair, &found, &err), &err);
	assert_int_equal(found.count, 2);
	assert_int_equal(found.pair[1][0], 100);
	assert_int_equal(found.pair[1][1], 102);
	vv_assert_ok(vv_key_proof_pairs(p, keep_pair, &all, &err), &err);
	assert_int_equal(all.count, 4);
	vv_assert_status(vv_key_proof_pairs(p, keep_pair, &error, &err), VV_ECONFLICT, &err);
	vv_key_proof_free(p);
	free(found.pair);
	free(all.pair);
}

typedef struct listed {
	vv_key_entry entries[700];
	size_t count;
	bool split; /* entries of one hash came apart */
} listed;

static vv_status list_entries(void *payload, const vv_key_entry *entries, size_t count,
			      vv_error *err)
{
	listed *l = payload;

	(void)err;
	assert_true(count <= 700 - l->count);
	l->split = l->split ||
		   (count > 0 && l->count > 0 && l->entries[l->count - 1].hash == entries[0].hash);
	if (count > 0) {
		memcpy(l->entries + l->count, entries, count * sizeof(*entries));
	}
	l->count += count;
	return VV_OK;
}

static void all_entries_come_by_hash_and_then_as_they_were_added(void **state)
{
	static const size_t memories[] = {0, 300, 4096, 1 << 20};
	vv_prng r;

	(void)state;
	vv_prng_init(&r, 11);
	for (int round = 0; round < 200; round++) {
		size_t count = vv_prng_below(&r, 700);
		vv_key_entry added[700], wanted[700];
		vv_key_proof *p = NULL;
		listed found = {.count = 0};
		vv_error err;

		for (size_t i = 0; i < count; i++) {
			uint64_t v = vv_prng_below(&r, 1 + vv_prng_below(&r, 900));

			added[i].hash = round % 3 == 0   ? v
					: round % 3 == 1 ? v << 54
							 : v * 0x9e3779b97f4a7c15u;
			added[i].row = round % 2 == 0 ? i / 7 : vv_prng_below(&r, 1u << 24);
			wanted[i] = added[i];
			for (size_t k = i; k > 0 && wanted[k - 1].hash > wanted[k].hash; k--) {
				vv_key_entry t = wanted[k];

				wanted[k] = wanted[k - 1];
				wanted[k - 1] = t;
			}
		}
		vv_assert_ok(
			vv_key_proof_new(&p, memories[vv_prng_below(&r, 4)], vv_test_dir(), &err),
			&err);
		vv_assert_ok(vv_key_proof_add_entries(p, added, count / 3, &err), &err);
		vv_assert_ok(
			vv_key_proof_add_entries(p, added + count / 3, count - count / 3, &err),
			&err);
		vv_assert_ok(vv_key_proof_each(p, list_entries, &found, &err), &err);
		assert_int_equal(found.count, count);
		assert_false(found.split);
		if (count > 0) {
			assert_memory_equal(found.entries, wanted, count * sizeof(*wanted));
		}
		vv_assert_status(vv_key_proof_add_entries(p, added, 1, &err), VV_EUSAGE, &err);
		vv_key_proof_free(p);
	}
}

static vv_status attempt(void *payload, vv_error *err)
{
	const uint64_t *hashes = payload;
	pairs found = {0};
	vv_key_proof *p = NULL;
	vv_status rc;

	if ((rc = vv_key_proof_new(&p, 4096, vv_test_dir(), err)) < 0 ||
	    (rc = vv_key_proof_add(p, hashes, 600, 0, err)) < 0 ||
	    (rc = vv_key_proof_add(p, hashes + 600, 600, 600, err)) < 0 ||
	    (rc = vv_key_proof_pairs(p, keep_pair, &found, err)) < 0) {
		goto done;
	}
	assert_int_equal(found.count, 600);
done:
	vv_key_proof_free(p);
	free(found.pair);
	return rc;
}

static void every_failure_is_reported_and_leaves_nothing_behind(void **state)
{
	uint64_t hashes[1200];

	(void)state;
	for (size_t i = 0; i < 1200; i++) {
		hashes[i] = ((i % 600) & 3) << 62 | (i % 600); /* few partitions: few chunks */
	}
	vv_fault_each(VV_FAULT_ALLOC, ENOMEM, attempt, NULL, hashes);
	vv_fault_each(VV_FAULT_OPEN, EMFILE, attempt, NULL, hashes);
	vv_fault_each(VV_FAULT_WRITE, ENOSPC, attempt, NULL, hashes);
	vv_fault_each(VV_FAULT_READ, EIO, attempt, NULL, hashes);
	vv_fault_each(VV_FAULT_UNLINK, EACCES, attempt, NULL, hashes);
	vv_fault_trickle(true);
	assert_int_equal(attempt(hashes, NULL), VV_OK);
	vv_fault_trickle(false);
}

static void a_proof_that_failed_says_no_more(void **state)
{
	uint64_t hashes[1200];
	vv_key_proof *p = NULL;
	vv_error err;

	(void)state;
	for (size_t i = 0; i < 1200; i++) {
		hashes[i] = scattered(i);
	}
	vv_assert_ok(vv_key_proof_new(&p, 4096, vv_test_dir(), &err), &err);
	vv_fault_set(VV_FAULT_WRITE, 1, ENOSPC);
	assert_true(vv_key_proof_add(p, hashes, 1200, 0, &err) < 0);
	assert_true(vv_fault_clear());
	vv_assert_status(vv_key_proof_pairs(p, keep_pair, NULL, &err), VV_EUSAGE, &err);
	vv_key_proof_free(p);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(a_column_called_id_is_the_key_even_of_small_tables),
	cmocka_unit_test(a_repeated_value_rules_a_column_out),
	cmocka_unit_test(a_hole_or_a_fraction_rules_a_column_out),
	cmocka_unit_test(a_small_table_without_a_name_that_says_so_has_no_key),
	cmocka_unit_test(the_leading_column_of_a_larger_table_may_be_a_key),
	cmocka_unit_test(columns_far_right_need_the_name),
	cmocka_unit_test(a_number_of_the_line_comes_before_a_date),
	cmocka_unit_test(usual_layouts_have_the_key_that_one_would_name),
	cmocka_unit_test(amounts_are_no_key),
	cmocka_unit_test(columns_together_may_be_a_key),
	cmocka_unit_test(no_more_candidates_are_given_than_asked_for),
	cmocka_unit_test(too_little_memory_is_not_taken_for_a_table_without_a_key),
	cmocka_unit_test(hashes_tell_where_one_cell_ends),
	cmocka_unit_test(a_key_with_a_hole_is_not_usable),
	cmocka_unit_test(the_proof_finds_what_a_naive_one_finds),
	cmocka_unit_test(many_pairs_come_in_order_over_several_passes),
	cmocka_unit_test(one_repeat_among_many_rows_is_found),
	cmocka_unit_test(a_unique_key_has_no_pairs_and_leaves_no_files),
	cmocka_unit_test(a_partition_too_large_for_memory_is_looked_at_in_parts),
	cmocka_unit_test(a_hash_of_more_rows_than_fit_into_memory_still_names_the_first),
	cmocka_unit_test(rows_may_lie_far_apart_and_come_in_any_order),
	cmocka_unit_test(the_caller_can_stop_and_ask_again),
	cmocka_unit_test(all_entries_come_by_hash_and_then_as_they_were_added),
	cmocka_unit_test(every_failure_is_reported_and_leaves_nothing_behind),
	cmocka_unit_test(a_proof_that_failed_says_no_more),
};

VV_TEST_SUITE(key)
