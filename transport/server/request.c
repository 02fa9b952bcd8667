/*
 * request: what is read from a request's head and written into an answer's.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/sys.h"
#include "base/text.h"
#include "transport/server/server_internal.h"

const char *http_header(const http_request *q, const char *name)
{
	return q->server->mhd->value(q->mhd, MHD_HEADER_KIND, name);
}

bool http_parameter(const http_request *q, const char *name, vv_buf *out, bool *bad)
{
	const char *value = q->server->mhd->value(q->mhd, MHD_GET_ARGUMENT_KIND, name);

	if (value && !vv_http_decode(out, value, strlen(value))) {
		*bad = true;
	}
	return value != NULL;
}

void http_add(const http_request *q, struct MHD_Response *response, const char *name,
	      const char *fmt, ...)
{
	char value[768];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(value, sizeof(value), fmt, ap);
	va_end(ap);
	(void)q->server->mhd->add_header(response, name, value);
}

enum MHD_Result http_send(http_request *q, unsigned status, struct MHD_Response *response)
{
	enum MHD_Result result;

	if (!response) {
		return MHD_NO;
	}
	http_add(q, response, "X-Content-Type-Options", "nosniff");
	if (atomic_load(&q->server->stopping)) {
		http_add(q, response, "Connection", "close");
	}
	q->status = status;
	http_phase(q, HTTP_GIVE);
	result = q->server->mhd->queue(q->mhd, status, response);
	q->server->mhd->destroy_response(response);
	return result;
}

enum MHD_Result http_say(http_request *q, unsigned status, const char *fmt, ...)
{
	struct MHD_Response *response;
	vv_buf text = VV_BUF_INIT;
	va_list ap;

	va_start(ap, fmt);
	vv_buf_vprintf(&text, fmt, ap);
	va_end(ap);
	vv_buf_putc(&text, '\n');
	if (text.failed) {
		vv_buf_clear(&text);
		return MHD_NO;
	}
	response = q->server->mhd->response_from_buffer(text.len, text.data, MHD_RESPMEM_MUST_COPY);
	q->out_bytes = text.len;
	vv_buf_clear(&text);
	if (!response) {
		return MHD_NO;
	}
	http_add(q, response, "Content-Type", "text/plain; charset=utf-8");
	http_add(q, response, "Cache-Control", "no-store");
	if (status == MHD_HTTP_UNAUTHORIZED) {
		http_add(q, response, "WWW-Authenticate",
			 "Basic realm=\"varve\", charset=\"UTF-8\"");
	} else if (status == MHD_HTTP_METHOD_NOT_ALLOWED) {
		http_add(q, response, "Allow", "%s",
			 strcmp(q->method, "POST") == 0 ? "GET, HEAD" : "POST");
	} else if (status == MHD_HTTP_SERVICE_UNAVAILABLE) {
		http_add(q, response, "Retry-After", "5");
	}
	return http_send(q, status, response);
}

/* What went wrong inside is for the log alone. */
enum MHD_Result http_say_error(http_request *q, const vv_error *err)
{
	(void)snprintf(q->problem, sizeof(q->problem), "%.150s", err->message);
	switch (err->code) {
	case VV_ENOTFOUND:
	case VV_EMISSING:
		return http_say(q, MHD_HTTP_NOT_FOUND, "%s", err->message);
	case VV_EUSAGE:
	case VV_EINPUT:
		return http_say(q, MHD_HTTP_BAD_REQUEST, "%s", err->message);
	case VV_EREFUSED:
		return http_say(q, MHD_HTTP_FORBIDDEN, "%s", err->message);
	case VV_ENOMEM:
	case VV_ELOCKED:
		return http_say(q, MHD_HTTP_SERVICE_UNAVAILABLE, "busy; try again later");
	default:
		return http_say(q, MHD_HTTP_INTERNAL_SERVER_ERROR,
				"something is wrong on this side; its log says what");
	}
}

void http_log(http_request *q)
{
	vv_buf line = VV_BUF_INIT;
	struct tm parts;
	char when[32];
	int64_t sec;
	uint32_t nsec;
	time_t now;

	if (!q->server->handlers.log) {
		return;
	}
	vv_now(&sec, &nsec);
	now = (time_t)sec;
	if (!gmtime_r(&now, &parts) ||
	    strftime(when, sizeof(when), "%Y-%m-%dT%H:%M:%SZ", &parts) == 0) {
		when[0] = '\0';
	}
	vv_buf_printf(&line, "%s %s ", when, q->peer);
	if (q->is_known) {
		vv_text_put_escaped(&line, q->user.name, strlen(q->user.name));
	} else {
		vv_buf_putc(&line, '-');
	}
	vv_buf_printf(&line, " %s ", vv_text_shows(q->method));
	vv_text_put_cut(&line, q->path, strlen(q->path), 300);
	vv_buf_printf(&line, " %u in %llu out %llu %llu ms", q->status,
		      (unsigned long long)q->in_bytes, (unsigned long long)q->out_bytes,
		      (unsigned long long)(vv_monotonic_ms() - q->start_ms));
	if (q->problem[0]) {
		vv_buf_puts(&line, ": ");
		vv_buf_puts(&line, q->problem);
	}
	if (!line.failed) {
		q->server->handlers.log(q->server->handlers.payload, vv_buf_cstr(&line));
	}
	vv_buf_clear(&line);
}
