/*
 * web_ask: drives one transfer of libcurl.
 */
#include "transport/ipfs/web_ask.h"

#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "transport/http/curl.h"
#include "transport/line/patience.h"
#include "transport/line/pipe.h"

typedef struct asking {
	const vv_web_ask *a;
	const http_curl *c;
	CURLM *multi;
	CURL *easy;
	struct curl_slist *headers;
	http_settings settings;
	vv_buf url;
	vv_buf *answer;
	bool too_long;
	vv_error given; /* the error of give */
	char words[CURL_ERROR_SIZE];
} asking;

static size_t take_body(char *from, size_t size, size_t count, void *payload)
{
	asking *k = payload;
	size_t n = size * count;

	if (n > k->a->answer_max - k->answer->len) {
		k->too_long = true;
		return 0;
	}
	vv_buf_put(k->answer, from, n);
	return k->answer->failed ? 0 : n;
}

static size_t give_body(char *to, size_t size, size_t count, void *payload)
{
	asking *k = payload;
	ssize_t n = k->a->give(k->a->payload, to, size * count, &k->given);

	return n < 0 ? CURL_READFUNC_ABORT : (size_t)n;
}

static bool add_header(asking *k, const char *name, const char *value)
{
	if (!value) return true;
	vv_auto(char) *line = vv_asprintf("%s%s", name, value);
	struct curl_slist *more = !line ? NULL : k->c->slist_append(k->headers, line);
	k->headers = more ? more : k->headers;
	return more != NULL;
}

static void set_options(asking *k, const vv_connect_options *o)
{
	const http_curl *c = k->c;

	http_settings_apply(c, k->easy, &k->settings);
	(void)c->setopt(k->easy, CURLOPT_URL, vv_buf_cstr(&k->url));
	(void)c->setopt(k->easy, CURLOPT_HTTPHEADER, k->headers);
	(void)c->setopt(k->easy, CURLOPT_ERRORBUFFER, k->words);
	(void)c->setopt(k->easy, CURLOPT_WRITEFUNCTION, take_body);
	(void)c->setopt(k->easy, CURLOPT_WRITEDATA, k);
	(void)c->setopt(k->easy, CURLOPT_CONNECTTIMEOUT, (long)VV_CONNECT_SEC);
	(void)c->setopt(k->easy, CURLOPT_LOW_SPEED_LIMIT, (long)VV_PACE_DEFAULT);
	(void)c->setopt(k->easy, CURLOPT_LOW_SPEED_TIME, (long)vv_idle_sec(o));
	if (!k->a->post) return;
	(void)c->setopt(k->easy, CURLOPT_POST, 1L);
	if (k->a->give) {
		(void)c->setopt(k->easy, CURLOPT_READFUNCTION, give_body);
		(void)c->setopt(k->easy, CURLOPT_READDATA, k);
	} else {
		(void)c->setopt(k->easy, CURLOPT_POSTFIELDSIZE, 0L);
		(void)c->setopt(k->easy, CURLOPT_POSTFIELDS, "");
	}
}

static vv_status set_up(asking *k, const vv_connect_options *o, vv_error *err)
{
	vv_status rc;

	http_put_url(&k->url, k->a->url, k->a->below);
	if ((rc = vv_buf_ok(&k->url, err)) < 0 || (rc = http_curl_load(&k->c, err)) < 0 ||
	    (rc = http_settings_read(&k->settings, o, vv_buf_cstr(&k->url), err)) < 0) {
		return rc;
	}
	k->multi = k->c->multi_init();
	k->easy = k->c->easy_init();
	if (!k->multi || !k->easy || !add_header(k, "", k->settings.header) ||
	    !add_header(k, "Accept: ", k->a->accept) ||
	    !add_header(k, "Content-Type: ", k->a->content_type) || !add_header(k, "Expect:", "") ||
	    (k->a->give && !add_header(k, "Transfer-Encoding: ", "chunked"))) {
		return vv_fail_nomem(err);
	}
	set_options(k, o);
	return VV_OK;
}

static void clear(asking *k)
{
	if (k->easy) {
		if (k->multi) {
			(void)k->c->remove(k->multi, k->easy);
		}
		k->c->easy_cleanup(k->easy);
	}
	if (k->multi) {
		(void)k->c->multi_cleanup(k->multi);
	}
	if (k->headers) {
		k->c->slist_free(k->headers);
	}
	http_settings_clear(&k->settings);
	vv_buf_clear(&k->url);
}

static vv_status transfer(asking *k, CURLcode *code, vv_error *err)
{
	CURLMsg *message;
	int running, left, events;

	if (k->c->add(k->multi, k->easy) != CURLM_OK) {
		return vv_fail(err, VV_ENOMEM, "libcurl cannot begin a transfer");
	}
	for (;;) {
		if (k->c->perform(k->multi, &running) != CURLM_OK) {
			return vv_fail(err, VV_EIO, "'%s': libcurl cannot go on", k->a->url->text);
		}
		while ((message = k->c->info_read(k->multi, &left)) != NULL) {
			if (message->msg == CURLMSG_DONE) {
				*code = message->data.result;
				(void)k->c->remove(k->multi, k->easy);
				return VV_OK;
			}
		}
		if (k->c->poll(k->multi, NULL, 0, 1000, &events) != CURLM_OK) {
			return vv_fail(err, VV_EIO, "'%s': libcurl cannot wait", k->a->url->text);
		}
	}
}

static vv_status judge(asking *k, CURLcode code, vv_error *err)
{
	if (k->given.code < 0) {
		if (err) {
			*err = k->given;
		}
		return k->given.code;
	}
	if (k->answer->failed) return vv_fail_nomem(err);
	if (k->too_long) {
		return vv_fail(err, VV_EREFUSED, "'%s' sent more than %s", k->a->url->text,
			       vv_text_bytes(k->a->answer_max));
	}
	return code == CURLE_OK
		       ? VV_OK
		       : http_curl_fail(k->c, k->easy, code, k->a->url->text, k->words, err);
}

vv_status vv_web_ask_run(const vv_web_ask *a, const vv_connect_options *o, unsigned *status,
			 vv_buf *answer, vv_error *err)
{
	asking k = {.a = a, .answer = answer};
	CURLcode code = CURLE_OK;
	unsigned tries = 0;
	long got = 0;
	vv_status rc = set_up(&k, o, err);

	while (rc == VV_OK) {
		vv_buf_reset(answer);
		if ((rc = transfer(&k, &code, err)) < 0 || (rc = judge(&k, code, err)) < 0) {
			break;
		}
		(void)k.c->getinfo(k.easy, CURLINFO_RESPONSE_CODE, &got);
		if (a->give || !http_curl_wait(k.c, k.easy, tries++)) {
			break;
		}
	}
	*status = (unsigned)got;
	clear(&k);
	return rc;
}
