/*
 * s3_key: how AWS's services and programs write keys.
 */
#define _DEFAULT_SOURCE /* timegm() */
#include "transport/places/s3_key.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/arena.h"
#include "base/ascii.h"
#include "base/json/json.h"
#include "base/sys.h"
#include "transport/places/s3_profile.h"

void vv_s3_key_clear(vv_s3_key *k)
{
	vv_s3_wipe(&k->id);
	vv_s3_wipe(&k->secret);
	vv_s3_wipe(&k->token);
	k->ends = 0;
}

/* They end up in headers. */
static bool is_clean(const char *text)
{
	for (; text && *text; text++) {
		if (vv_is_control(*text) || *text == ' ' || (unsigned char)*text >= 0x80) {
			return false;
		}
	}
	return true;
}

/* The seconds by which "+02:00", "+0200" or "+02" is ahead of UTC; 0 for "Z" and other text. */
static int64_t zone_of(const char *text)
{
	int hours = 0, minutes = 0;

	if (*text != '+' && *text != '-') return 0;
	if (sscanf(text + 1, "%2d:%2d", &hours, &minutes) < 2) {
		(void)sscanf(text + 1, "%2d%2d", &hours, &minutes);
	}
	const int64_t ahead = (int64_t)hours * 3600 + (int64_t)minutes * 60;
	return *text == '-' ? -ahead : ahead;
}

int64_t vv_s3_time(const char *text)
{
	struct tm t = {0};
	int n = 0;

	if (sscanf(text, "%4d-%2d-%2dT%2d:%2d:%2d%n", &t.tm_year, &t.tm_mon, &t.tm_mday, &t.tm_hour,
		   &t.tm_min, &t.tm_sec, &n) != 6 ||
	    n != 19 || t.tm_year < 1970 || t.tm_mon < 1 || t.tm_mon > 12) {
		return 0;
	}
	t.tm_year -= 1900;
	t.tm_mon--;
	n += (int)strspn(text + n, ".0123456789");
	return timegm(&t) - zone_of(text + n);
}

vv_status vv_s3_key_set(vv_s3_key *out, const char *name, const char *text, vv_error *err)
{
	const struct {
		const char *name;
		char **member;
	} known[] = {{"AccessKeyId", &out->id},
		     {"SecretAccessKey", &out->secret},
		     {"SessionToken", &out->token},
		     {"Token", &out->token}};

	if (strcmp(name, "Expiration") == 0) {
		out->ends = vv_s3_time(text);
	}
	for (size_t i = 0; *text && i < sizeof(known) / sizeof(known[0]); i++) {
		if (strcmp(known[i].name, name) == 0) {
			vv_s3_wipe(known[i].member);
			*known[i].member = vv_strdup(text);
			return *known[i].member ? VV_OK : vv_fail_nomem(err);
		}
	}
	return VV_OK;
}

vv_status vv_s3_key_check(const vv_s3_key *k, const char *what, vv_error *err)
{
	if (!k->id || !k->secret) {
		return vv_fail(err, VV_EINPUT, "%s lacks AccessKeyId or SecretAccessKey", what);
	}
	return is_clean(k->id) && is_clean(k->secret) && is_clean(k->token)
		       ? VV_OK
		       : vv_fail(err, VV_EINPUT,
				 "the credentials for S3 from %s contain blanks or other invalid "
				 "characters",
				 what);
}

vv_status vv_s3_key_from_json(vv_s3_key *out, const vv_buf *text, const char *what, vv_error *err)
{
	static const char *const names[] = {"AccessKeyId", "SecretAccessKey", "SessionToken",
					    "Token", "Expiration"};
	vv_auto(vv_arena) arena = {0};
	vv_json *doc;

	vv_status rc = vv_json_read(&doc, &arena, vv_buf_cstr(text), text->len, what, err);
	for (size_t i = 0; rc == VV_OK && i < sizeof(names) / sizeof(names[0]); i++) {
		const char *value = vv_json_get_string(doc, names[i]);
		rc = value ? vv_s3_key_set(out, names[i], value, err) : VV_OK;
	}
	return rc < 0 ? rc : vv_s3_key_check(out, what, err);
}
