#include "tests/unit/support.h"

#include "base/auto.h"

/* What was released, in this order. */
static char order[8];

typedef struct mark {
	char letter;
} mark;

static void mark_clear(mark *m)
{
	char text[2] = {m->letter, '\0'};

	strcat(order, text);
}
VV_AUTO_CLEAR(mark, mark_clear)

typedef struct item {
	char letter;
} item;

static void item_free(item *take_item)
{
	if (take_item) {
		mark_clear((mark *)take_item);
	}
}
VV_AUTO_FREE(item, item_free)

static char return_early(bool early, item **out)
{
	static item items[2] = {{'i'}, {'k'}};
	vv_auto(mark) a = {'a'};
	vv_auto(item) *i = &items[0];
	vv_auto(item) *k = &items[1];
	vv_auto(mark) b = {'b'};

	assert_int_equal(k->letter, 'k');

	if (early) {
		b.letter = 'c';
		return b.letter;
	}
	*out = vv_take(&i);
	assert_null(i);
	return a.letter;
}

static void variables_are_released_in_reverse_order(void **state)
{
	item *out = NULL;

	(void)state;
	order[0] = '\0';
	assert_int_equal(return_early(true, &out), 'c');
	assert_string_equal(order, "ckia");
	assert_null(out);
}

static void what_is_taken_is_not_released(void **state)
{
	item *out = NULL;

	(void)state;
	order[0] = '\0';
	assert_int_equal(return_early(false, &out), 'a');
	assert_string_equal(order, "bka");
	assert_int_equal(out->letter, 'i');
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(variables_are_released_in_reverse_order),
	cmocka_unit_test(what_is_taken_is_not_released),
};

VV_TEST_SUITE(auto)
