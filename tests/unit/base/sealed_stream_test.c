/*
 * Sealed streams: a carrier between two machines, which forwards, changes, leaves out, repeats or swaps
 * their bytes.
 */
#include <stdlib.h>
#include <string.h>

#include "base/keys/sealed_stream.h"
#include "tests/unit/support.h"

enum { TO_OWNER, TO_VISITOR };

/* Two machines, and the carrier's act at byte `at` of the direction `way`. */
typedef struct meeting {
	vv_sealed_stream *side[2]; /* [TO_OWNER] receives the bytes for the owner */
	size_t carried[2];         /* bytes that each has sent */
	int way;
	size_t at;
	enum { FORWARD, FLIP, CUT } act;
	uint8_t mask;
	bool is_cut;
	vv_status rc; /* the first failure */
	vv_error err;
} meeting;

static vv_key new_key(void)
{
	vv_key k;
	vv_error err;

	vv_assert_ok(vv_key_new(&k, &err), &err);
	return k;
}

static void meeting_init(meeting *m, const vv_key *owner, const vv_key *visitor,
			 const uint8_t *expected)
{
	vv_assert_ok(vv_sealed_stream_own(&m->side[TO_OWNER], owner, &m->err), &m->err);
	vv_assert_ok(
		vv_sealed_stream_visit(&m->side[TO_VISITOR], expected, visitor, "sales", &m->err),
		&m->err);
}

static void meeting_clear(meeting *m)
{
	vv_sealed_stream_free(m->side[0]);
	vv_sealed_stream_free(m->side[1]);
}

/* Moves what one side has to send. */
static void carry_line(meeting *m, int way)
{
	vv_sealed_stream *from = m->side[!way];
	const vv_buf *line = vv_sealed_stream_line(from);
	size_t len = line->len;
	char *bytes = malloc(len + 1);

	memcpy(bytes, line->data, len);
	vv_sealed_stream_drop_line(from, len);
	if (m->act != FORWARD && way == m->way && m->at >= m->carried[way] &&
	    m->at < m->carried[way] + len) {
		const size_t place = m->at - m->carried[way];
		bytes[place] = (char)(bytes[place] ^ m->mask);
		m->is_cut = m->act == CUT;
		len = m->is_cut ? place : len;
	}
	m->carried[way] += len;
	const vv_status rc = vv_sealed_stream_receive(m->side[way], bytes, len, &m->err);
	m->rc = m->rc < 0 ? m->rc : rc;
	free(bytes);
}

/* Carries until nothing moves; the owner lets everybody in. */
static void carry_all(meeting *m)
{
	while (m->rc == VV_OK && !m->is_cut &&
	       vv_sealed_stream_line(m->side[0])->len + vv_sealed_stream_line(m->side[1])->len >
		       0) {
		carry_line(m, TO_OWNER);
		if (m->rc == VV_OK && vv_sealed_stream_question(m->side[TO_OWNER])) {
			vv_assert_ok(vv_sealed_stream_answer(m->side[TO_OWNER], NULL, &m->err),
				     &m->err);
		}
		if (m->rc == VV_OK && !m->is_cut) {
			carry_line(m, TO_VISITOR);
		}
	}
}

static void expect_plain(const vv_sealed_stream *s, const char *text)
{
	const vv_buf *b = vv_sealed_stream_plain(s);

	assert_int_equal(b->len, strlen(text));
	assert_memory_equal(vv_buf_cstr(b), text, b->len);
}

/* Says both texts, and both ends. */
static void exchange_texts(meeting *m)
{
	vv_error err;

	carry_all(m);
	if (m->rc < 0 || m->is_cut) return;
	vv_assert_ok(vv_sealed_stream_send(m->side[TO_VISITOR], "question", 8, &err), &err);
	carry_all(m);
	if (m->rc < 0 || m->is_cut) return;
	vv_assert_ok(vv_sealed_stream_send(m->side[TO_OWNER], "answer", 6, &err), &err);
	vv_assert_ok(vv_sealed_stream_end(m->side[TO_OWNER], &err), &err);
	vv_assert_ok(vv_sealed_stream_end(m->side[TO_VISITOR], &err), &err);
	carry_all(m);
}

static void two_machines_meet_and_know_each_other(void **state)
{
	const vv_key owner = new_key(), visitor = new_key();
	meeting m = {.act = FORWARD};

	(void)state;
	meeting_init(&m, &owner, &visitor, owner.public_key);
	carry_line(&m, TO_OWNER);
	carry_line(&m, TO_VISITOR);
	carry_line(&m, TO_OWNER);
	const vv_sealed_question *q = vv_sealed_stream_question(m.side[TO_OWNER]);
	assert_non_null(q);
	assert_false(q->guest);
	assert_memory_equal(q->key, visitor.public_key, VV_KEY_PUBLIC);
	assert_string_equal(q->name, "sales");
	assert_false(vv_sealed_stream_is_open(m.side[TO_OWNER]));
	assert_false(vv_sealed_stream_is_open(m.side[TO_VISITOR]));
	vv_assert_ok(vv_sealed_stream_answer(m.side[TO_OWNER], NULL, &m.err), &m.err);
	exchange_texts(&m);
	vv_assert_ok(m.rc, &m.err);
	expect_plain(m.side[TO_OWNER], "question");
	expect_plain(m.side[TO_VISITOR], "answer");
	assert_true(vv_sealed_stream_has_ended(m.side[TO_OWNER]));
	assert_true(vv_sealed_stream_has_ended(m.side[TO_VISITOR]));
	meeting_clear(&m);
}

static void a_guest_has_no_key(void **state)
{
	const vv_key owner = new_key();
	meeting m = {.act = FORWARD};

	(void)state;
	meeting_init(&m, &owner, NULL, owner.public_key);
	carry_line(&m, TO_OWNER);
	carry_line(&m, TO_VISITOR);
	carry_line(&m, TO_OWNER);
	assert_true(vv_sealed_stream_question(m.side[TO_OWNER])->guest);
	vv_assert_ok(vv_sealed_stream_answer(m.side[TO_OWNER], "not \033[1m today", &m.err),
		     &m.err);
	assert_false(vv_sealed_stream_is_open(m.side[TO_VISITOR]));
	carry_line(&m, TO_VISITOR);
	assert_int_equal(m.rc, VV_EREFUSED);
	assert_null(strchr(m.err.message, '\033'));
	assert_non_null(strstr(m.err.message, "today"));
	meeting_clear(&m);
}

static void a_machine_without_the_key_is_not_the_owner(void **state)
{
	const vv_key owner = new_key(), other = new_key();
	meeting m = {.act = FORWARD};

	(void)state;
	meeting_init(&m, &other, NULL, owner.public_key);
	carry_all(&m);
	vv_assert_status(m.rc, VV_ECORRUPT, &m.err);
	assert_non_null(strstr(m.err.message, "does not have the key"));
	meeting_clear(&m);
	/* one that claims the public key, and has another secret */
	vv_key liar = other;
	memcpy(liar.public_key, owner.public_key, VV_KEY_PUBLIC);
	m = (meeting){.act = FORWARD};
	meeting_init(&m, &liar, NULL, owner.public_key);
	carry_all(&m);
	vv_assert_status(m.rc, VV_ECORRUPT, &m.err);
	meeting_clear(&m);
}

static void a_visitor_that_claims_another_key_is_refused(void **state)
{
	const vv_key owner = new_key(), friendly = new_key();
	vv_key liar = new_key();
	meeting m = {.act = FORWARD};

	(void)state;
	memcpy(liar.public_key, friendly.public_key, VV_KEY_PUBLIC);
	meeting_init(&m, &owner, &liar, owner.public_key);
	carry_all(&m);
	vv_assert_status(m.rc, VV_ECORRUPT, &m.err);
	assert_null(vv_sealed_stream_question(m.side[TO_OWNER]));
	meeting_clear(&m);
}

/* Whatever happened: no wrong byte was given out, and no end where bytes are missing. */
static void expect_no_lie(const meeting *m)
{
	static const char *const texts[2] = {"question", "answer"};

	for (int i = 0; i < 2; i++) {
		const vv_buf *got = vv_sealed_stream_plain(m->side[i]);
		assert_true(got->len <= strlen(texts[i]));
		assert_memory_equal(vv_buf_cstr(got), texts[i], got->len);
		if (vv_sealed_stream_has_ended(m->side[i])) {
			expect_plain(m->side[i], texts[i]);
		}
	}
}

static void each_changed_byte_is_seen(void **state)
{
	const vv_key owner = new_key(), visitor = new_key();
	size_t all[2];
	meeting m = {.act = FORWARD};

	(void)state;
	meeting_init(&m, &owner, &visitor, owner.public_key);
	exchange_texts(&m);
	memcpy(all, m.carried, sizeof(all));
	meeting_clear(&m);
	for (int way = 0; way < 2; way++) {
		for (size_t at = 0; at < all[way]; at++) {
			m = (meeting){
				.act = FLIP, .way = way, .at = at, .mask = (uint8_t)(1u << at % 8)};
			meeting_init(&m, &owner, &visitor, owner.public_key);
			exchange_texts(&m);
			/* a longer length only makes the receiver wait */
			if (m.rc == VV_OK) {
				assert_false(vv_sealed_stream_has_ended(m.side[way]));
			}
			expect_no_lie(&m);
			meeting_clear(&m);
		}
	}
}

static void a_stream_that_is_cut_has_not_ended(void **state)
{
	const vv_key owner = new_key(), visitor = new_key();
	size_t all[2];
	meeting m = {.act = FORWARD};
	vv_error err;

	(void)state;
	meeting_init(&m, &owner, &visitor, owner.public_key);
	exchange_texts(&m);
	memcpy(all, m.carried, sizeof(all));
	meeting_clear(&m);
	for (int way = 0; way < 2; way++) {
		for (size_t at = 0; at < all[way]; at++) {
			m = (meeting){.act = CUT, .way = way, .at = at};
			meeting_init(&m, &owner, &visitor, owner.public_key);
			exchange_texts(&m);
			vv_assert_ok(m.rc, &m.err);
			assert_true(m.is_cut);
			assert_false(vv_sealed_stream_has_ended(m.side[way]));
			vv_assert_status(vv_sealed_stream_cut(m.side[way], &err), VV_EIO, &err);
			expect_no_lie(&m);
			meeting_clear(&m);
		}
	}
}

/* Opens m, and takes from the visitor two frames of one byte each: their bytes are equal in length. */
static size_t two_frames(meeting *m, const vv_key *owner, const vv_key *visitor, char frames[2][64])
{
	size_t len = 0;
	vv_error err;

	meeting_init(m, owner, visitor, owner->public_key);
	carry_all(m);
	vv_assert_ok(m->rc, &m->err);
	for (int i = 0; i < 2; i++) {
		vv_assert_ok(vv_sealed_stream_send(m->side[TO_VISITOR], &"ab"[i], 1, &err), &err);
		const vv_buf *line = vv_sealed_stream_line(m->side[TO_VISITOR]);
		len = line->len;
		assert_true(len <= 64);
		memcpy(frames[i], line->data, len);
		vv_sealed_stream_drop_line(m->side[TO_VISITOR], len);
	}
	return len;
}

static void repeated_dropped_and_swapped_frames_are_refused(void **state)
{
	static const int orders[][2] = {{1, 0}, {0, 0}, {1, 1}};
	const vv_key owner = new_key(), visitor = new_key();
	char frames[2][64], others[2][64];
	vv_error err;

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		meeting m = {.act = FORWARD};
		const size_t len = two_frames(&m, &owner, &visitor, frames);
		vv_status rc = vv_sealed_stream_receive(m.side[TO_OWNER], frames[orders[i][0]], len,
							&err);
		if (rc == VV_OK) {
			rc = vv_sealed_stream_receive(m.side[TO_OWNER], frames[orders[i][1]], len,
						      &err);
		}
		vv_assert_status(rc, VV_ECORRUPT, &err);
		/* and it stays closed */
		vv_assert_status(vv_sealed_stream_receive(m.side[TO_OWNER], frames[0], len, &err),
				 VV_ECORRUPT, &err);
		meeting_clear(&m);
	}
	/* a frame of another stream of the same two machines */
	meeting one = {.act = FORWARD}, two = {.act = FORWARD};
	(void)two_frames(&one, &owner, &visitor, frames);
	const size_t len = two_frames(&two, &owner, &visitor, others);
	assert_memory_not_equal(frames[0], others[0], len);
	vv_assert_status(vv_sealed_stream_receive(one.side[TO_OWNER], others[0], len, &err),
			 VV_ECORRUPT, &err);
	meeting_clear(&one);
	meeting_clear(&two);
}

static void recorded_bytes_of_a_visitor_open_nothing(void **state)
{
	const vv_key owner = new_key(), visitor = new_key();
	vv_auto(vv_buf) record = VV_BUF_INIT;
	vv_auto(vv_sealed_stream) *again = NULL;
	meeting m = {.act = FORWARD};

	(void)state;
	meeting_init(&m, &owner, &visitor, owner.public_key);
	for (int i = 0; i < 2; i++) { /* its half, then its question */
		const vv_buf *line = vv_sealed_stream_line(m.side[TO_VISITOR]);
		vv_buf_put(&record, line->data, line->len);
		carry_line(&m, TO_OWNER);
		carry_line(&m, TO_VISITOR);
	}
	assert_non_null(vv_sealed_stream_question(m.side[TO_OWNER]));
	vv_assert_ok(vv_sealed_stream_own(&again, &owner, &m.err), &m.err);
	vv_assert_status(vv_sealed_stream_receive(again, record.data, record.len, &m.err),
			 VV_ECORRUPT, &m.err);
	assert_null(vv_sealed_stream_question(again));
	meeting_clear(&m);
}

static void a_half_of_small_order_is_refused(void **state)
{
	const vv_key owner = new_key();
	vv_auto(vv_sealed_stream) *s = NULL;
	char hello[15 + 32] = "varve sealed 1\n";
	vv_error err;

	(void)state;
	vv_assert_ok(vv_sealed_stream_own(&s, &owner, &err), &err);
	vv_assert_status(vv_sealed_stream_receive(s, hello, sizeof(hello), &err), VV_ECORRUPT,
			 &err);
}

static void large_pieces_arrive_whole(void **state)
{
	const vv_key owner = new_key();
	const size_t len = 3 * VV_SEALED_PIECE + 5;
	char *bytes = malloc(len);
	meeting m = {.act = FORWARD};

	(void)state;
	for (size_t i = 0; i < len; i++) {
		bytes[i] = (char)(i * 7 % 251);
	}
	meeting_init(&m, &owner, NULL, owner.public_key);
	carry_all(&m);
	vv_assert_ok(vv_sealed_stream_send(m.side[TO_VISITOR], bytes, len, &m.err), &m.err);
	carry_all(&m);
	vv_assert_ok(m.rc, &m.err);
	const vv_buf *got = vv_sealed_stream_plain(m.side[TO_OWNER]);
	assert_int_equal(got->len, len);
	assert_memory_equal(got->data, bytes, len);
	free(bytes);
	meeting_clear(&m);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(two_machines_meet_and_know_each_other),
	cmocka_unit_test(a_guest_has_no_key),
	cmocka_unit_test(a_machine_without_the_key_is_not_the_owner),
	cmocka_unit_test(a_visitor_that_claims_another_key_is_refused),
	cmocka_unit_test(each_changed_byte_is_seen),
	cmocka_unit_test(a_stream_that_is_cut_has_not_ended),
	cmocka_unit_test(repeated_dropped_and_swapped_frames_are_refused),
	cmocka_unit_test(recorded_bytes_of_a_visitor_open_nothing),
	cmocka_unit_test(a_half_of_small_order_is_refused),
	cmocka_unit_test(large_pieces_arrive_whole),
};

VV_TEST_SUITE(sealed_stream)
