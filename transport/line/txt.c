/*
 * txt: queries with its own resolver, whose limits are shorter than resolv.conf's.
 */
#include "transport/line/txt.h"

#include <arpa/nameser.h>
#include <netinet/in.h>
#include <resolv.h>

#include "base/sys.h"
#include "base/text.h"
#include "transport/line/tcp.h"

#define ANSWER_MAX 65535
#define QUESTION_MAX 512
#define SECONDS 2       /* for each name server, twice */
#define LIMIT_MS 10000u /* for all of them: an answer by TCP has no limit */

/* The strings of a record: a byte for the length of each. */
static vv_status put_strings(vv_buf *out, const uint8_t *p, size_t len, vv_error *err)
{
	while (len > 0) {
		const size_t n = *p;

		if (n + 1 > len) return vv_fail(err, VV_ECORRUPT, "a TXT record is incomplete");
		vv_buf_put(out, p + 1, n);
		p += n + 1;
		len -= n + 1;
	}
	vv_buf_putc(out, '\0');
	return vv_buf_ok(out, err);
}

vv_status vv_txt_read(vv_buf *out, const void *answer, size_t len, vv_error *err)
{
	ns_msg m;
	ns_rr rr;
	vv_status rc = VV_OK;

	if (len > ANSWER_MAX || ns_initparse(answer, (int)len, &m) < 0) {
		return vv_fail(err, VV_ECORRUPT, "the answer of the name server is damaged");
	}
	for (int i = 0; i < ns_msg_count(m, ns_s_an) && rc == VV_OK; i++) {
		if (ns_parserr(&m, ns_s_an, i, &rr) < 0) {
			rc = vv_fail(err, VV_ECORRUPT, "the answer of the name server is damaged");
		} else if (ns_rr_type(rr) == ns_t_txt) {
			rc = put_strings(out, ns_rr_rdata(rr), ns_rr_rdlen(rr), err);
		}
	}
	return rc;
}

typedef struct question {
	struct __res_state state;
	uint8_t text[QUESTION_MAX], answer[ANSWER_MAX];
	int text_len, len;
} question;

static void send_question(void *payload)
{
	question *q = payload;

	q->len = res_nsend(&q->state, q->text, q->text_len, q->answer, ANSWER_MAX);
}

static void clear_question(void *payload)
{
	question *q = payload;

	res_nclose(&q->state);
	vv_free(q);
}

vv_status vv_txt_lookup(vv_buf *out, const char *name, vv_error *err)
{
	question *q = vv_calloc(1, sizeof(*q));
	const size_t before = out->len;

	if (!q) return vv_fail_nomem(err);
	if (res_ninit(&q->state) < 0) {
		vv_free(q);
		return vv_fail(err, VV_EIO, "this machine has no name servers configured");
	}
	q->state.retrans = SECONDS;
	q->state.retry = 2;
	q->text_len = res_nmkquery(&q->state, ns_o_query, name, ns_c_in, ns_t_txt, NULL, 0, NULL,
				   q->text, QUESTION_MAX);
	vv_left *thread = vv_left_start(send_question, clear_question, q);
	if (!thread) return vv_fail_nomem(err);
	vv_status rc = VV_OK;
	if (!vv_left_wait(thread, vv_monotonic_ms() + LIMIT_MS, NULL) || q->len < 0) {
		rc = vv_fail(err, VV_EIO,
			     "cannot look up '%s'\ncheck the name and the network: the name server "
			     "failed or did not answer",
			     vv_text_shows(name));
	} else if ((rc = vv_txt_read(out, q->answer,
				     (size_t)(q->len < ANSWER_MAX ? q->len : ANSWER_MAX), err)) ==
			   VV_OK &&
		   out->len == before) {
		rc = vv_fail(err, VV_ENOTFOUND, "'%s' has no TXT record", vv_text_shows(name));
	}
	vv_left_end(thread);
	return rc == VV_ECORRUPT ? vv_recode(err, VV_EIO) : rc;
}
