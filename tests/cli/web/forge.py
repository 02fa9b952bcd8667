#!/usr/bin/env python3
"""forge.py URL JAR TOKEN PATH [--hostile] VERB...: for each verb of the pages, requests that none of our pages sends: other origins, no cookie,
wrong tokens, other hosts and methods, and fields that are options, other paths, lines, or too long. Prints each that was not refused.
What it may have changed, its caller looks at."""
import http.client
import os
import random
import sys
from urllib.parse import urlencode, urlsplit

url, jar, token, path, *verbs = sys.argv[1:]
at = urlsplit(url)
with open(jar, encoding="utf-8") as f:
    cookie = next("=".join(line.split("\t")[5:7]).strip() for line in f if line.startswith("#HttpOnly_"))
own = {"Cookie": cookie, "Origin": url, "Content-Type": "application/x-www-form-urlencoded", "Host": at.netloc}
# Of every form, with values that each verb would take; those that are none of a verb's are not read.
honest = [("of-row", "00007"), ("of-column", "price"), ("was", "7.21"), ("value", "1.00"), ("c:id", "00099"), ("c:price", "1.00"),
          ("message", "m"), ("name", "Eve"), ("email", "eve@example.org"), ("remote", "origin"), ("address", "../host.git"),
          ("folder", "made"), ("user", "eve"), ("password", "x")]


def ask(headers, fields, place=None, method="POST", raw=None):
    """The status; 0: the connection was closed without one."""
    line = http.client.HTTPConnection(at.hostname, at.port, timeout=60)
    try:
        body = raw if raw is not None else urlencode(fields).encode()
        target = place or path
        if method in ("GET", "HEAD"):
            target, body = f"{target}?{urlencode(fields)}", None
        line.putrequest(method, target, skip_host=True, skip_accept_encoding=True)
        for name, value in headers.items():
            line.putheader(name, value)
        line.putheader("Accept", "text/html")
        if body is not None:
            line.putheader("Content-Length", str(len(body)))
        line.endheaders(body)
        answer = line.getresponse()
        answer.read()
        return answer.status
    except (http.client.HTTPException, OSError):
        return 0
    finally:
        line.close()


def without(name):
    return {k: v for k, v in own.items() if k != name}


def with_(**more):
    return {**own, **{k.replace("_", "-"): v for k, v in more.items()}}


def forgeries(verb):
    """(what, status): none may be a redirect, which is how a button that did something ends."""
    good = [("do", verb), ("token", token), *honest]
    name, value = cookie.split("=", 1)
    yield "no Origin", ask(without("Origin"), good)
    yield "Origin of another site", ask(with_(Origin="http://evil.example"), good)
    yield "Origin null", ask(with_(Origin="null"), good)
    yield "Origin of another port", ask(with_(Origin=f"http://{at.hostname}:1"), good)
    yield "Origin that only begins as ours", ask(with_(Origin=url + ".evil.example"), good)
    yield "another site, by Sec-Fetch-Site", ask(with_(Sec_Fetch_Site="cross-site", Origin="http://evil.example"), good)
    yield "no cookie", ask(without("Cookie"), good)
    yield "cookie of another value", ask(with_(Cookie=f"{name}=x{value[1:]}x"), good)
    yield "cookie of another name", ask(with_(Cookie=f"varve-1={value}"), good)
    yield "the secret of the cookie as a parameter", ask(without("Cookie"), good, f"{path}?secret=wrong")
    yield "no token", ask(own, [f for f in good if f[0] != "token"])
    yield "empty token", ask(own, [("do", verb), ("token", ""), *honest])
    yield "another token", ask(own, [("do", verb), ("token", token[::-1]), *honest])
    yield "a longer token", ask(own, [("do", verb), ("token", token + "a"), *honest])
    yield "a part of the token", ask(own, [("do", verb), ("token", token[:-1]), *honest])
    yield "the cookie's secret as token", ask(own, [("do", verb), ("token", value), *honest])
    yield "the token behind a wrong one", ask(own, [("token", "x"), *good])
    yield "another host", ask(with_(Host="evil.example", Origin="http://evil.example"), good)
    yield "another host with our port", ask(with_(Host=f"evil.example:{at.port}", Origin=f"http://evil.example:{at.port}"), good)
    yield "no host", ask(without("Host"), good)
    for method in ("GET", "HEAD", "PUT", "DELETE", "PATCH"):
        yield method, ask(own, good, method=method)
    yield "JSON", ask(with_(Content_Type="application/json"), good, raw=b'{"do": "%s", "token": "%s"}' % (verb.encode(), token.encode()))
    yield "text", ask(with_(Content_Type="text/plain"), good)
    yield "parts", ask(with_(Content_Type="multipart/form-data; boundary=x"), good)
    yield "upper case", ask(own, [("do", verb.upper()), ("token", token), *honest])
    yield "a verb with more behind it", ask(own, [("do", verb + " "), ("token", token), *honest])
    yield "NUL", ask(own, good, raw=urlencode(good).encode() + b"&x=a%00b")
    yield "a bad escape", ask(own, good, raw=urlencode(good).encode() + b"&x=%zz")
    yield "too many fields", ask(own, good + [(f"f{i}", "") for i in range(300)])
    yield "too large", ask(own, good + [("x", "x" * 300000)])
    for place in ("/table/.work/prices.csv", "/", "/api/v0/refs", "/raw/main/prices.csv", "/varve", "/assets/style.css"):
        if place != path:
            yield f"at {place}", ask(own, good, place)


def hostile(verb):
    """With the token: each may be refused or taken for what it is; the caller sees that nothing else happened."""
    for bad in ("--upload-pack=touch harm", "-oProxyCommand=touch harm", "--output=harm", "../../harm", "/harm", "a\nharm", "a\r\nx: harm", "$(touch harm)",
                "`touch harm`", "; touch harm", "ext::sh -c 'touch harm'", "\u202eharm", "x" * 70000, "'", "\\", "%s%n", ""):
        for field, _ in honest:
            yield [("do", verb), ("token", token)] + [(n, bad if n == field else v) for n, v in honest if n == field or n.startswith("of-")], path
    for place in ("/desk/..%2F..%2Fetc%2Fpasswd", "/desk/.git%2Fconfig", "/desk/--force", "/desk/%2Fetc%2Fpasswd", "/conflicts/..%2Fx", "/desk/:(top)prices.csv",
                  "/desk/*"):
        yield [("do", verb), ("token", token), *honest], place


if verbs[0] == "--hostile":
    drawn = [case for verb in verbs[1:] for case in hostile(verb)]
    random.seed(os.environ.get("VARVE_TEST_SAMPLE", "0"))
    if not os.environ.get("VARVE_TEST_ALL"):
        drawn = random.sample(drawn, 40)
    for fields, place in drawn:
        status = ask(own, fields, place)
        if status not in (0, 200, 303, 400, 403, 404, 405, 411, 413, 414, 415, 421):
            print(f"{fields} at {place}: answered with {status}")
else:
    if ask(own, [], "/", "GET") != 200:
        print("the owner's own request is refused, so refusals show nothing")
    for verb in verbs:
        count = 0
        for what, status in forgeries(verb):
            count += 1
            allowed = (200, 302, 304, 400, 403, 404, 405) if what in ("GET", "HEAD") else (0, 400, 403, 404, 405, 411, 413, 414, 415, 421, 501)
            if status not in allowed:
                print(f"{verb}: {what}: answered with {status}")
        print(f"{verb} {count}") if count < 20 else None
