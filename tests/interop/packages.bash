# The npm packages of a folder, pinned in its package-lock.json and installed once.

# install_packages FOLDER WHERE: and the folder's programs beside them. False: they cannot be had.
install_packages() {
	local from=$1 packages=$2
	mkdir -p "$packages" || return 1
	(
		flock 9
		cd "$packages" || exit 1
		if ! cmp -s "$from/package-lock.json" package-lock.json || [ ! -d node_modules ]; then
			rm -rf node_modules
			cp -r "$from/package.json" "$from/package-lock.json" .
			[ ! -d "$from/no_webrtc" ] || cp -r "$from/no_webrtc" .
			timeout 240 npm ci --ignore-scripts --no-audit --no-fund > npm.log 2>&1 || {
				rm -rf node_modules package-lock.json
				exit 1
			}
		fi
		cp "$from/"*.mjs .
	) 9> "$packages/lock"
}

need_node() {
	command -v node > /dev/null && command -v npm > /dev/null || skip "node is not installed"
	[ "$(node -p 'process.versions.node.split(".")[0]')" -ge 20 ] || skip "node is older than 20"
}

one_version() {
	new_repo src
	cd src
	rows 20000 > prices.csv
	varve add prices.csv
	varve commit -qm one
	root=$(git show HEAD:prices.csv | sed -n 's/.*"root": "\([a-z0-9]*\)".*/\1/p')
	cd ..
}

# The version's file, published: $file.
published() {
	one_version
	file=$(varve -C src ipfs publish --json HEAD:prices.csv | sed -n 's/.*"unixfs": "\([a-z0-9]*\)".*/\1/p')
}

serve() {
	: > server.log
	varve serve --http 127.0.0.1:0 src 2>> server.log 3>&- &
	server=$!
	for i in $(seq 100); do
		url=$(sed -n 's/.* at \(http.*\)$/\1/p' server.log)
		[ -z "$url" ] || return 0
		sleep 0.1
	done
	return 1
}

# install_jars FOLDER WHERE: what FOLDER/pom.xml names, from Maven, as WHERE/lib/*.jar. False: they cannot be had.
install_jars() {
	local from=$1 packages=$2
	mkdir -p "$packages" || return 1
	(
		flock 9
		cd "$packages" || exit 1
		if ! cmp -s "$from/pom.xml" pom.xml || [ ! -d lib ]; then
			rm -rf lib pom.xml
			cp "$from/pom.xml" wanted.xml
			timeout 240 mvn -q -B -f wanted.xml org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy-dependencies \
				-DoutputDirectory=lib > mvn.log 2>&1 || {
				rm -rf lib
				exit 1
			}
			mv wanted.xml pom.xml
		fi
	) 9> "$packages/lock"
}

interop=${VARVE_TEST_INTEROP:-$HOME/.cache/varve-interop} interop_home=$HOME # before a test has a home of its own

# install_go PROGRAM: minio, kubo, lfs or gitea, from its Go module, in $packages/bin. That takes minutes: built.bats has them built before
# the limit of a test begins.
install_go() {
	local module version build=build_module
	case $1 in
	minio) module=github.com/minio/minio version=v0.0.0-20260212201848-7aac2a2c5b7c ;;
	kubo) module=github.com/ipfs/kubo/cmd/ipfs version=v0.43.0 ;;
	lfs) module=github.com/git-lfs/git-lfs/v3 version=v3.6.1 ;;
	gitea) module=code.gitea.io/gitea version=v1.26.0 build=build_gitea ;;
	esac
	[ -n "${VARVE_TEST_ALL-}" ] || skip "$1 takes minutes to build: VARVE_TEST_ALL=1 has it"
	command -v go > /dev/null || skip "go is not installed"
	packages=$interop-$1
	mkdir -p "$packages"
	(
		flock 9
		export HOME=$interop_home
		cd "$packages" || exit 1
		[ "$(cat built 2> /dev/null)" != "$module@$version" ] || exit 0
		rm -rf bin built source static
		mkdir source
		(cd source && $build) > go.log 2>&1 || exit 1
		echo "$module@$version" > built
	) 9> "$packages/lock" || skip "$1 cannot be had as a Go module"
}

# `go install` refuses the versions of some.
build_module() {
	go mod init test && timeout 600 go get "$module@$version" && go build -o "../bin/${module##*/}" "$module"
}

# Its replacements hold where it is the main module only. What it needs at run time stands in static.
build_gitea() {
	local there
	export GOFLAGS=-mod=mod
	there=$(timeout 600 go mod download -json "$module@$version" | sed -n 's/.*"Dir": "\(.*\)".*/\1/p')
	[ -d "$there" ] || return 1
	{
		printf 'module build\n\ngo 1.26\n\nrequire %s %s\n' "$module" "$version"
		sed -n '/^replace/p' "$there/go.mod"
	} > go.mod
	go build -tags 'sqlite sqlite_unlock_notify' -o ../bin/gitea "$module" || return 1
	mkdir ../static
	cp -r "$there/templates" "$there/options" "$there/public" ../static
	chmod -R u+w ../static
}
