/*
 * Which column of one version is which of the other.
 */
#include "tests/unit/support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dataset/table/table.h"
#include "diff/rows/columns.h"
#include "tests/unit/diff/tables.h"

/* Two versions, matched. */
typedef struct match {
	vv_tables tables;
	vv_table a, b;
	vv_columns c;
	const char *wanted;
} match;

static void open_pair(match *m, const char *a, const char *b)
{
	vv_tables_init(&m->tables);
	vv_tables_open(&m->tables, &m->a, a, strlen(a), NULL);
	vv_tables_open(&m->tables, &m->b, b, strlen(b), NULL);
}

static void open_match(match *m, const char *a, const char *b, const vv_columns_options *o)
{
	vv_error err;
	open_pair(m, a, b);
	vv_assert_ok(vv_columns_match(&m->c, &m->a, &m->b, o ? o : &(vv_columns_options){0}, &err),
		     &err);
}

static void close_match(match *m)
{
	vv_columns_clear(&m->c);
	vv_table_close(&m->a);
	vv_table_close(&m->b);
	vv_tables_clear(&m->tables);
}

/* The pairs in short: "id  +x -y old>new:80 *moved" */
static const char *in_short(const match *m)
{
	static char out[1000];
	size_t at = 0;
	out[0] = '\0';
	for (size_t i = 0; i < m->c.count; i++) {
		const vv_column_pair *p = &m->c.pairs[i];
		const char *a = p->a >= 0 ? m->a.schema.fields[p->a].name : "",
			   *b = p->b >= 0 ? m->b.schema.fields[p->b].name : "";
		at += (size_t)snprintf(out + at, sizeof(out) - at, "%s%s%s%s", i > 0 ? " " : "",
				       p->a < 0   ? "+"
				       : p->b < 0 ? "-"
						  : "",
				       p->moved ? "*" : "", p->b < 0 ? a : b);
		if (p->renamed) {
			at += (size_t)snprintf(out + at, sizeof(out) - at, "<%s:%u", a,
					       p->likeness);
		}
		if (p->retyped) {
			at += (size_t)snprintf(out + at, sizeof(out) - at, "!");
		}
	}
	return out;
}

static void becomes(const char *a, const char *b, const vv_columns_options *o, const char *wanted)
{
	match m;
	open_match(&m, a, b, o);
	assert_string_equal(in_short(&m), wanted);
	close_match(&m);
}

/* rows rows: what `key` is called, each key once; step orders the rows, add makes the values. */
static char *keyed(const char *key, unsigned rows, unsigned step, unsigned add)
{
	vv_buf b = VV_BUF_INIT;
	vv_buf_printf(&b, "%s,kind,price\n", key);
	for (unsigned i = 1; i <= rows; i++) {
		unsigned n = i * step % (rows + 1);
		vv_buf_printf(&b, "K%u,%u,%u\n", n, n % 3, 1000 + n * 7 + add);
	}
	char *text = strdup(vv_buf_cstr(&b));
	vv_buf_clear(&b);
	return text;
}

static void a_renamed_key_is_found_by_its_values_in_any_order(void **state)
{
	char *old = keyed("id", 60, 1, 0), *new = keyed("code", 60, 7, 1),
	     *many = keyed("id", 10006, 1, 0), *more = keyed("code", 10006, 5003, 1);
	(void)state;
	becomes(old, new, NULL, "code<id:100 kind price");
	becomes(many, more, NULL, "code<id:100 kind price");
	free(old);
	free(new);
	free(many);
	free(more);
	/* a value occurs twice: it identifies nothing */
	becomes("id,p\na,1\na,2\nb,3\nc,4\n", "nr,p\nc,9\nb,8\na,7\na,6\n", NULL, "-id +nr p");
	/* most values are others */
	becomes("id,p\na,1\nb,2\nc,3\nd,4\n", "nr,p\nd,9\nx,8\ny,7\na,6\n", NULL, "-id +nr p");
	/* rows are known by the rest, and the values are those of other rows */
	becomes("rank,p\n1,u\n2,v\n3,w\n4,x\n", "n,p\n2,u\n3,v\n4,w\n1,x\n", NULL, "-rank +n p");
}

static void equal_headers_pair_by_name(void **state)
{
	match m;
	(void)state;
	open_match(&m, "id,a\n1,x\n", "id,a\n1,y\n", NULL);
	assert_string_equal(in_short(&m), "id a");
	assert_true(vv_columns_same(&m.c));
	assert_false(m.c.key_changed);
	close_match(&m);
}

static void columns_come_and_go(void **state)
{
	(void)state;
	becomes("id,a,b\n1,x,p\n", "id,b,c\n1,p,7\n", NULL, "id -a b +c");
	becomes("z,id\n1,x\n", "id,q\nx,hello\n", NULL, "-z id +q");
	becomes("a\nx\n", "b\ny\n", NULL, "-a +b");
}

static void equal_values_make_a_rename(void **state)
{
	(void)state;
	becomes("id,a\n1,x\n2,y\n", "id,b\n1,x\n2,y\n", NULL, "id b<a:100");
	becomes("id,a\n1,x\n2,y\n3,z\n4,w\n5,v\n", "id,b\n1,x\n2,y\n3,z\n4,w\n5,other\n", NULL,
		"id b<a:80");
	becomes("id,a\n1,x\n2,y\n", "id,b\n1,x\n2,other\n", NULL, "id -a +b");
	becomes("id,a\n1,1.0\n2,2.0\n", "id,b\n1,1.00\n2,2.00\n", NULL, "id b<a:100");
}

static void the_likest_pair_goes_first(void **state)
{
	(void)state;
	becomes("id,a,b\n1,x,x\n2,y,y\n3,z,z\n4,w,q\n", "id,c\n1,x\n2,y\n3,z\n4,w\n", NULL,
		"id c<a:100 -b");
	becomes("id,a,b\n1,x,p\n2,y,q\n", "id,d,c\n1,p,x\n2,q,y\n", NULL, "id *d<b:100 c<a:100");
}

static void emptiness_is_no_likeness(void **state)
{
	(void)state;
	becomes("id,a\n1,\n2,\n3,\n", "id,b\n1,\n2,\n3,\n", NULL, "id -a +b");
	becomes("id,a\n1,\n2,\n3,x\n", "id,b\n1,\n2,\n3,x\n", NULL, "id b<a:100");
}

static void values_are_compared_by_key_where_there_is_one(void **state)
{
	const size_t key[] = {0};
	(void)state;
	becomes("id,a\n1,x\n2,y\n3,z\n", "id,b\n3,z\n1,x\n2,y\n",
		&(vv_columns_options){.key_a = key, .key_b = key, .key_count = 1}, "id b<a:100");
}

static void without_a_key_values_are_compared_by_what_else_is_equal(void **state)
{
	(void)state;
	becomes("id,a\n1,x\n2,y\n3,z\n", "id,b\n3,z\n1,x\n2,y\n", NULL, "id b<a:100");
	becomes("id,a\n1,x\n2,y\n3,z\n4,w\n", "id,b\n2,y\n3,z\n4,w\n", NULL, "id b<a:100");
	becomes("k,a\np,1\np,2\nq,3\nq,4\n", "k,b\nnew,9\np,1\np,2\nq,3\nq,4\n", NULL, "k b<a:100");
	/* nothing else is equal: by place */
	becomes("id,a\n1,x\n2,y\n3,z\n", "id,b\n4,x\n5,y\n6,z\n", NULL, "id b<a:100");
	becomes("a\nx\ny\nz\n", "b\nx\ny\nz\n", NULL, "b<a:100");
}

static void the_tables_own_key_is_taken_where_none_is_given(void **state)
{
	static const char *const by_id[] = {"id", NULL};
	static const struct {
		const char *new, *wanted;
	} cases[] = {{"id,b,n\n2,y,1\n3,z,2\n", "id b<a:100 n"},
		     {"n,b,id\n1,y,2\n2,z,3\n", "*n *b<a:100 id"}};
	const char *old = "id,a,n\n1,x,0\n2,y,0\n3,z,0\n";
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		match m;
		vv_error err;
		const char *new = cases[i].new;

		vv_tables_init(&m.tables);
		vv_tables_open(&m.tables, &m.a, old, strlen(old),
			       &(vv_tables_options){.key = by_id});
		vv_tables_open(&m.tables, &m.b, new, strlen(new),
			       &(vv_tables_options){.key = by_id});
		vv_assert_ok(vv_columns_match(&m.c, &m.a, &m.b, &(vv_columns_options){0}, &err),
			     &err);
		assert_string_equal(in_short(&m), cases[i].wanted);
		close_match(&m);
	}
}

static void renames_can_be_said_and_forbidden(void **state)
{
	static const char *const said[] = {"a", "c", NULL}, *const wrong[] = {"a", "nope", NULL},
				 *const taken[] = {"a", "id", NULL};
	match m;
	vv_error err;
	(void)state;
	becomes("id,a\n1,x\n", "id,b\n1,x\n", &(vv_columns_options){.no_renames = true},
		"id -a +b");
	becomes("id,a\n1,x\n2,y\n", "id,b,c\n1,x,p\n2,y,q\n", &(vv_columns_options){.rename = said},
		"id +b c<a:100");
	/* an explicit rename precedes an equal name */
	becomes("id,a\n1,x\n", "id,a\n2,y\n", &(vv_columns_options){.rename = taken},
		"-id id<a:100! +a");
	open_pair(&m, "id,a\n1,x\n", "id,b\n1,x\n");
	vv_assert_status(
		vv_columns_match(&m.c, &m.a, &m.b, &(vv_columns_options){.rename = wrong}, &err),
		VV_ENOTFOUND, &err);
	vv_assert_contains(err.message, "no column 'nope' in the new version");
	close_match(&m);
}

static void the_fewest_columns_moved(void **state)
{
	(void)state;
	becomes("a,b,c,d\n1,2,3,4\n", "d,a,b,c\n4,1,2,3\n", NULL, "*d a b c");
	becomes("a,b,c,d\n1,2,3,4\n", "b,c,d,a\n2,3,4,1\n", NULL, "b c d *a");
	becomes("a,b,c\n1,2,3\n", "a,x,b,c\n1,9,2,3\n", NULL, "a +x b c");
}

static void another_type_is_told(void **state)
{
	(void)state;
	becomes("id,a\n1,5\n", "id,a\n1,x5\n", NULL, "id a!");
}

static void places_are_translated_both_ways(void **state)
{
	match m;
	(void)state;
	open_match(&m, "id,a,b\n1,x,p\n2,y,q\n", "n,b,id\n7,p,1\n8,q,2\n", NULL);
	assert_int_equal(vv_columns_to_new(&m.c, 0), 2);
	assert_int_equal(vv_columns_to_new(&m.c, 1), -1);
	assert_int_equal(vv_columns_to_old(&m.c, 1), 2);
	assert_int_equal(vv_columns_to_old(&m.c, 0), -1);
	assert_int_equal(vv_columns_to_new(&m.c, 99), -1);
	close_match(&m);
}

static void a_changed_key_is_told_through_renames(void **state)
{
	static const char *const a_key[] = {"a", NULL}, *const b_key[] = {"b", NULL},
				 *const id_key[] = {"id", NULL};
	const char *old = "id,a\n1,x\n2,y\n", *new = "id,b\n1,x\n2,y\n";
	const struct {
		const char *const *of_a, *const *of_b;
		bool changed;
	} cases[] = {{a_key, b_key, false},
		     {a_key, id_key, true},
		     {id_key, NULL, true},
		     {NULL, NULL, false}};
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		match m;
		vv_error err;
		vv_tables_init(&m.tables);
		vv_tables_open(&m.tables, &m.a, old, strlen(old),
			       &(vv_tables_options){.key = cases[i].of_a});
		vv_tables_open(&m.tables, &m.b, new, strlen(new),
			       &(vv_tables_options){.key = cases[i].of_b});
		vv_assert_ok(vv_columns_match(&m.c, &m.a, &m.b, &(vv_columns_options){0}, &err),
			     &err);
		assert_int_equal(m.c.key_changed, cases[i].changed);
		close_match(&m);
	}
}

static vv_status match_once(void *payload, vv_error *err)
{
	match *m = payload;
	vv_status rc = vv_columns_match(&m->c, &m->a, &m->b, &(vv_columns_options){0}, err);
	if (rc == VV_OK) {
		assert_string_equal(in_short(m), m->wanted);
		vv_columns_clear(&m->c);
	}
	return rc;
}

static void memory_that_ends_is_reported(void **state)
{
	match m = {0};
	(void)state;
	m.wanted = "id *d<b:100 c<a:100 +e";
	open_pair(&m, "id,a,b\n1,x,p\n2,y,q\n", "id,d,c,e\n1,p,x,1\n2,q,y,2\n");
	vv_fault_each(VV_FAULT_ALLOC, 12, match_once, NULL, &m);
	close_match(&m);
	m.wanted = "nr<id:100 a";
	open_pair(&m, "id,a\n1,x\n2,y\n", "nr,a\n2,q\n1,p\n");
	vv_fault_each(VV_FAULT_ALLOC, 12, match_once, NULL, &m);
	close_match(&m);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(equal_headers_pair_by_name),
	cmocka_unit_test(columns_come_and_go),
	cmocka_unit_test(equal_values_make_a_rename),
	cmocka_unit_test(the_likest_pair_goes_first),
	cmocka_unit_test(emptiness_is_no_likeness),
	cmocka_unit_test(values_are_compared_by_key_where_there_is_one),
	cmocka_unit_test(without_a_key_values_are_compared_by_what_else_is_equal),
	cmocka_unit_test(the_tables_own_key_is_taken_where_none_is_given),
	cmocka_unit_test(renames_can_be_said_and_forbidden),
	cmocka_unit_test(a_renamed_key_is_found_by_its_values_in_any_order),
	cmocka_unit_test(the_fewest_columns_moved),
	cmocka_unit_test(another_type_is_told),
	cmocka_unit_test(places_are_translated_both_ways),
	cmocka_unit_test(a_changed_key_is_told_through_renames),
	cmocka_unit_test(memory_that_ends_is_reported),
};

VV_TEST_SUITE(columns)
