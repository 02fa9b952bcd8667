#include "tests/unit/support.h"

#include <stdatomic.h>
#include <string.h>

#include "base/sys.h"
#include "base/thread.h"

#define JOBS 500u

typedef struct counting_job {
	vv_job job; /* first: the pool's pointer is ours */
	unsigned input, output;
	unsigned worker;
} counting_job;

static void square(vv_job *job, unsigned worker)
{
	counting_job *c = (counting_job *)job;

	c->output = c->input * c->input;
	c->worker = worker;
}

static void all_jobs_run_with(unsigned threads)
{
	static counting_job jobs[JOBS];
	vv_pool *p = vv_pool_new(threads);
	unsigned i;

	assert_non_null(p);
	memset(jobs, 0, sizeof jobs);
	for (i = 0; i < JOBS; i++) {
		jobs[i].job.run = square;
		jobs[i].input = i;
		vv_pool_submit(p, &jobs[i].job);
	}
	for (i = JOBS; i-- > 0;) {
		vv_pool_wait(p, &jobs[i].job);
		assert_int_equal(jobs[i].output, i * i);
		assert_true(jobs[i].worker <= vv_pool_threads(p));
	}
	vv_pool_free(p);
}

static void without_threads_the_waiting_caller_does_the_work(void **state)
{
	(void)state;
	all_jobs_run_with(0);
}

static void several_threads_do_all_jobs(void **state)
{
	(void)state;
	all_jobs_run_with(3);
}

static void nothing_runs_before_the_wait_without_threads(void **state)
{
	counting_job c = {.job = {.run = square}, .input = 3};
	vv_pool *p = vv_pool_new(0);

	(void)state;
	vv_pool_submit(p, &c.job);
	assert_int_equal(c.output, 0);
	vv_pool_wait(p, &c.job);
	assert_int_equal(c.output, 9);
	assert_int_equal(c.worker, 0);
	vv_pool_free(p);
}

static void a_job_can_be_submitted_again(void **state)
{
	counting_job c = {.job = {.run = square}};
	vv_pool *p = vv_pool_new(1);
	unsigned i;

	(void)state;
	for (i = 0; i < 200; i++) {
		c.input = i;
		vv_pool_submit(p, &c.job);
		vv_pool_wait(p, &c.job);
		assert_int_equal(c.output, i * i);
	}
	vv_pool_free(p);
}

static atomic_uint busy_by_worker[4];

static void enter_and_leave(vv_job *job, unsigned worker)
{
	counting_job *c = (counting_job *)job;
	unsigned i;

	/* Each number belongs to one thread: never two jobs under the same. */
	c->output = atomic_fetch_add(&busy_by_worker[worker], 1);
	for (i = 0; i < 2000; i++) {
		atomic_signal_fence(memory_order_seq_cst);
	}
	atomic_fetch_sub(&busy_by_worker[worker], 1);
}

static void no_two_jobs_run_under_one_worker_number(void **state)
{
	static counting_job jobs[JOBS];
	vv_pool *p = vv_pool_new(3);
	unsigned i;

	(void)state;
	for (i = 0; i < JOBS; i++) {
		jobs[i].job.run = enter_and_leave;
		vv_pool_submit(p, &jobs[i].job);
	}
	for (i = 0; i < JOBS; i++) {
		vv_pool_wait(p, &jobs[i].job);
		assert_int_equal(jobs[i].output, 0);
	}
	vv_pool_free(p);
}

/* A job that waits for a job of another pool, and what number that one got. */
typedef struct nested_job {
	vv_job job;
	unsigned inner;
} nested_job;

static void note_worker(vv_job *job, unsigned worker)
{
	((counting_job *)job)->output = worker;
}

static void wait_in_another_pool(vv_job *job, unsigned worker)
{
	vv_pool *own = vv_pool_new(0);
	counting_job c = {.job = {.run = note_worker}, .output = 99};

	(void)worker;
	vv_pool_submit(own, &c.job);
	vv_pool_wait(own, &c.job);
	((nested_job *)job)->inner = c.output;
	vv_pool_free(own);
}

static void a_thread_of_one_pool_is_a_caller_in_another(void **state)
{
	static nested_job jobs[40];
	vv_pool *p = vv_pool_new(2);
	unsigned i;

	(void)state;
	for (i = 0; i < 40; i++) {
		jobs[i].job.run = wait_in_another_pool;
		vv_pool_submit(p, &jobs[i].job);
	}
	for (i = 0; i < 40; i++) {
		vv_pool_wait(p, &jobs[i].job);
		assert_int_equal(jobs[i].inner, 0);
	}
	vv_pool_free(p);
}

static void a_pool_without_memory_is_null(void **state)
{
	vv_pool *p;
	unsigned n;

	(void)state;
	for (n = 1; n <= 2; n++) {
		vv_fault_set(VV_FAULT_ALLOC, n, 0);
		p = vv_pool_new(2);
		assert_true(vv_fault_clear());
		assert_null(p);
	}
	vv_pool_free(NULL);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(without_threads_the_waiting_caller_does_the_work),
	cmocka_unit_test(several_threads_do_all_jobs),
	cmocka_unit_test(nothing_runs_before_the_wait_without_threads),
	cmocka_unit_test(a_job_can_be_submitted_again),
	cmocka_unit_test(no_two_jobs_run_under_one_worker_number),
	cmocka_unit_test(a_thread_of_one_pool_is_a_caller_in_another),
	cmocka_unit_test(a_pool_without_memory_is_null),
};

VV_TEST_SUITE(thread)
