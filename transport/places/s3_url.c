/*
 * s3_url: the names of AWS's own endpoints, and what a signature lets stand in a path.
 */
#include "transport/places/s3_url.h"

#include <stdlib.h>
#include <string.h>

#include "base/codec.h"
#include "base/sys.h"
#include "base/text.h"
#include "transport/http/curl.h"
#include "transport/places/s3_profile.h"

#define PREFIX_MAX 512u
#define REGION_MAX 40u

static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";

typedef struct parameters {
	char *endpoint, *region, *style;
} parameters;

static void clear(parameters *p)
{
	vv_free(p->endpoint);
	vv_free(p->region);
	vv_free(p->style);
}

static vv_status take_parameter(parameters *out, const char *text, size_t len, vv_error *err)
{
	const struct {
		const char *name;
		char **member;
	} known[] = {
		{"endpoint", &out->endpoint}, {"region", &out->region}, {"style", &out->style}};
	const char *equals = memchr(text, '=', len);
	const size_t name_len = equals ? (size_t)(equals - text) : len;
	vv_buf value = VV_BUF_INIT;

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (!equals || strlen(known[i].name) != name_len ||
		    memcmp(known[i].name, text, name_len) != 0) {
			continue;
		}
		if (*known[i].member) {
			return vv_fail(err, VV_EUSAGE, "the s3 URL has '%s' twice", known[i].name);
		}
		if (!vv_percent_read(&value, equals + 1, len - name_len - 1) || value.len == 0) {
			vv_buf_clear(&value);
			return vv_fail(err, VV_EUSAGE, "the s3 URL has no value for '%s'",
				       known[i].name);
		}
		*known[i].member = vv_buf_detach(&value);
		return *known[i].member ? VV_OK : vv_fail_nomem(err);
	}
	/* The value is not shown: it may be a secret that somebody put there. */
	vv_fail(err, VV_EUSAGE, "an s3 URL has no parameter '%s'", vv_text_show(text, name_len));
	return vv_hint(err, "it has endpoint=URL, region=NAME and style=path or virtual; keys come "
			    "from the environment or ~/.aws/credentials");
}

static vv_status read_parameters(parameters *out, const char *query, vv_error *err)
{
	vv_status rc;

	while (query && *query) {
		const size_t len = strcspn(query, "&");
		if ((rc = take_parameter(out, query, len, err)) < 0) return rc;
		query += len + (query[len] == '&');
	}
	return VV_OK;
}

/* What needs no encoding: stores differ in what they sign otherwise. */
static vv_status take_prefix(vv_s3_url *out, const vv_url *url, vv_error *err)
{
	const char *path = url->path + strspn(url->path, "/");
	vv_buf b = VV_BUF_INIT;

	for (const char *p = path; *p; p++) {
		if (*p == '/' ? p[1] == '/' || !p[1] : !strchr(plain, *p)) {
			vv_fail(err, VV_EUSAGE, "the prefix '%s' in an s3 URL cannot be",
				vv_text_shows(path));
			return vv_hint(err, "letters, digits, '.', '_', '-' and single '/' can");
		}
	}
	if (strlen(path) > PREFIX_MAX) {
		return vv_fail(err, VV_EUSAGE, "the prefix in an s3 URL is longer than %u bytes",
			       PREFIX_MAX);
	}
	if (*path) {
		vv_buf_printf(&b, "%s/", path);
	}
	out->prefix = vv_buf_detach(&b);
	return out->prefix ? VV_OK : vv_fail_nomem(err);
}

static vv_status take_region(vv_s3_url *out, const char *given, const vv_env *env,
			     const vv_s3_profile *profile, const char *answered, vv_error *err)
{
	const char *region = given ? given : vv_env_get(env, "AWS_REGION");

	region = region && *region ? region : vv_env_get(env, "AWS_DEFAULT_REGION");
	region = region && *region ? region : profile->region;
	out->assumed = !region;
	region = region ? region : answered ? answered : "us-east-1";
	if (strlen(region) > REGION_MAX || region[strspn(region, plain)]) {
		vv_fail(err, VV_EUSAGE, "'%s' is not the name of a region", vv_text_shows(region));
		return vv_hint(err, "a region is called eu-west-1, for example; many stores take "
				    "us-east-1");
	}
	out->region = vv_strdup(region);
	return out->region ? VV_OK : vv_fail_nomem(err);
}

static vv_status endpoint_url(vv_url *u, const vv_s3_url *out, const char *given, vv_error *err)
{
	const bool china = strncmp(out->region, "cn-", 3) == 0;
	vv_auto(vv_buf) own = VV_BUF_INIT;
	vv_status rc;

	memset(u, 0, sizeof(*u));
	if (!given) {
		vv_buf_printf(&own, "https://s3.%s.amazonaws.com%s", out->region,
			      china ? ".cn" : "");
	}
	if ((rc = vv_buf_ok(&own, err)) < 0) return rc;
	rc = vv_url_read(u, given ? given : vv_buf_cstr(&own), err);
	if (rc < 0) {
		memset(u, 0, sizeof(*u));
		return vv_prefix(err, "the endpoint of the s3 URL");
	}
	if (u->kind != VV_URL_HTTP || u->user || *u->path) {
		vv_fail(err, VV_EUSAGE, "'%s' is not an endpoint of S3", u->text);
		return vv_hint(err,
			       "an endpoint is https://host or https://host:port, with nothing "
			       "after it");
	}
	return VV_OK;
}

static vv_status put_base(vv_s3_url *out, const vv_url *endpoint, bool virtual_style, vv_error *err)
{
	vv_auto(vv_buf) site = VV_BUF_INIT;
	vv_buf base = VV_BUF_INIT;
	const char *host;
	vv_status rc;

	http_put_site(&site, endpoint);
	if ((rc = vv_buf_ok(&site, err)) == VV_OK) {
		host = strstr(vv_buf_cstr(&site), "://") + 3;
		if (virtual_style) {
			vv_buf_put(&base, site.data, (size_t)(host - site.data));
			vv_buf_printf(&base, "%s.%s", out->bucket, host);
		} else {
			vv_buf_printf(&base, "%s/%s", vv_buf_cstr(&site), out->bucket);
		}
		out->base = vv_buf_detach(&base);
		rc = out->base ? VV_OK : vv_fail_nomem(err);
	}
	return rc;
}

/* As AWS's own programs read it. */
static const char *endpoint_of(const vv_env *env, const vv_s3_profile *profile)
{
	static const char *const names[] = {"AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"};
	const char *ignored = vv_env_get(env, "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS");

	if (ignored && strcmp(ignored, "true") == 0) return NULL;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const char *value = vv_env_get(env, names[i]);
		if (value && *value) return value;
	}
	return profile->endpoint;
}

static vv_status take_endpoint(vv_s3_url *out, const parameters *p, const vv_env *env,
			       const vv_s3_profile *profile, vv_error *err)
{
	const char *endpoint = p->endpoint ? p->endpoint : endpoint_of(env, profile);
	/* A certificate is for one name below the endpoint's, not for one with dots. */
	bool virtual_style = !endpoint && !strchr(out->bucket, '.');
	vv_auto(vv_url) u = {0};
	vv_status rc;

	if (p->style && strcmp(p->style, "path") != 0 && strcmp(p->style, "virtual") != 0) {
		return vv_fail(err, VV_EUSAGE,
			       "the style '%s' in the s3 URL is neither path nor virtual",
			       vv_text_shows(p->style));
	}
	virtual_style = p->style ? strcmp(p->style, "virtual") == 0 : virtual_style;
	if ((rc = endpoint_url(&u, out, endpoint, err)) < 0 ||
	    (rc = put_base(out, &u, virtual_style, err)) < 0) {
		return rc;
	}
	out->host = vv_strdup(u.host);
	return out->host ? VV_OK : vv_fail_nomem(err);
}

vv_status vv_s3_url_read(vv_s3_url *out, const vv_url *url, const vv_env *env, const char *answered,
			 vv_error *err)
{
	parameters p = {0};
	vv_s3_profile profile = {0};
	vv_status rc;

	memset(out, 0, sizeof(*out));
	if ((rc = read_parameters(&p, url->query, err)) < 0 ||
	    (rc = vv_s3_profile_read(&profile, env, NULL, err)) < 0) {
		goto done;
	}
	out->name = vv_strdup(url->text);
	out->bucket = vv_strdup(url->host);
	if (!out->name || !out->bucket) {
		rc = vv_fail_nomem(err);
		goto done;
	}
	if ((rc = take_prefix(out, url, err)) < 0 ||
	    (rc = take_region(out, p.region, env, &profile, answered, err)) < 0) {
		goto done;
	}
	rc = take_endpoint(out, &p, env, &profile, err);
done:
	vv_s3_profile_clear(&profile);
	clear(&p);
	if (rc < 0) {
		vv_s3_url_clear(out);
	}
	return rc;
}

void vv_s3_url_clear(vv_s3_url *p)
{
	vv_free(p->name);
	vv_free(p->bucket);
	vv_free(p->prefix);
	vv_free(p->region);
	vv_free(p->base);
	vv_free(p->host);
	memset(p, 0, sizeof(*p));
}
