/*
 * Turns: who waits is served by rank, and nobody waits for ever.
 */
#include <sched.h>

#include "base/thread.h"
#include "tests/unit/support.h"

#define MOST 64u

typedef struct scene {
	vv_turn *turn;
	unsigned order[MOST], served;
} scene;

typedef struct person {
	scene *scene;
	unsigned number;
	uint64_t rank;
} person;

static void wait_and_work(void *payload)
{
	person *p = payload;

	vv_turn_take(p->scene->turn, p->rank);
	p->scene->order[p->scene->served++] = p->number;
	vv_turn_give(p->scene->turn);
}

/* They come one after the other while somebody has the turn; then it is given on. */
static void serve_all(scene *s, const uint64_t *ranks, unsigned count)
{
	vv_worker *workers[MOST];
	person people[MOST];

	assert_true(count <= MOST);
	*s = (scene){.turn = vv_turn_new()};
	assert_non_null(s->turn);
	vv_turn_take(s->turn, 0);
	for (unsigned i = 0; i < count; i++) {
		people[i] = (person){s, i, ranks[i]};
		workers[i] = vv_worker_start(wait_and_work, &people[i]);
		assert_non_null(workers[i]);
		while (vv_turn_waiting(s->turn) <= i) {
			(void)sched_yield();
		}
	}
	vv_turn_give(s->turn);
	for (unsigned i = 0; i < count; i++) {
		vv_worker_join(workers[i]);
	}
	assert_int_equal(s->served, count);
	assert_int_equal(vv_turn_waiting(s->turn), 0);
	vv_turn_free(s->turn);
}

static void who_ranks_higher_is_served_first_and_of_equals_who_came_first(void **state)
{
	const uint64_t ranks[] = {0, 7, 7, 9};
	const unsigned wanted[] = {3, 1, 2, 0};
	scene s;

	(void)state;
	serve_all(&s, ranks, 4);
	assert_memory_equal(s.order, wanted, sizeof(wanted));
}

static void equals_are_served_as_they_came(void **state)
{
	const uint64_t ranks[MOST] = {0};
	scene s;

	(void)state;
	serve_all(&s, ranks, MOST);
	for (unsigned i = 0; i < MOST; i++) {
		assert_int_equal(s.order[i], i);
	}
}

static void each_fifth_turn_goes_to_who_has_waited_longest(void **state)
{
	uint64_t ranks[40] = {0};
	scene s;

	(void)state;
	for (unsigned i = 2; i < 40; i++) {
		ranks[i] = 100 + i;
	}
	serve_all(&s, ranks, 40);
	/* Four by rank, then the first of all; four more, then the second. */
	assert_int_equal(s.order[0], 39);
	assert_int_equal(s.order[3], 36);
	assert_int_equal(s.order[4], 0);
	assert_int_equal(s.order[8], 32);
	assert_int_equal(s.order[9], 1);
	assert_int_equal(s.order[14], 2);
}

static void many_who_rank_low_do_not_hold_up_who_ranks_high(void **state)
{
	uint64_t ranks[MOST] = {0};
	scene s;

	(void)state;
	for (unsigned i = 50; i < 58; i++) {
		ranks[i] = 1;
	}
	serve_all(&s, ranks, 60);
	/* Eight of them, with one of the others after each four. */
	for (unsigned i = 0; i < 4; i++) {
		assert_int_equal(s.order[i], 50 + i);
		assert_int_equal(s.order[5 + i], 54 + i);
	}
	assert_int_equal(s.order[4], 0);
}

static void a_turn_that_nobody_has_is_taken_at_once(void **state)
{
	vv_turn *t = vv_turn_new();

	(void)state;
	assert_non_null(t);
	for (unsigned i = 0; i < 20; i++) {
		vv_turn_take(t, 0);
		vv_turn_give(t);
	}
	vv_turn_free(t);
	vv_turn_free(NULL);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(who_ranks_higher_is_served_first_and_of_equals_who_came_first),
	cmocka_unit_test(equals_are_served_as_they_came),
	cmocka_unit_test(each_fifth_turn_goes_to_who_has_waited_longest),
	cmocka_unit_test(many_who_rank_low_do_not_hold_up_who_ranks_high),
	cmocka_unit_test(a_turn_that_nobody_has_is_taken_at_once),
};

VV_TEST_SUITE(turn)
