# formula.rb FORMULA SOURCE KEG: what Homebrew does with a formula, as far as ours uses it: its `install` in the folder SOURCE, into
# the folder KEG, then its `test`.
require "fileutils"
require "pathname"
require "tmpdir"

FORMULA, SOURCE, KEG = ARGV

class Pathname
  def install(*names)
    mkpath
    names.each { |name| FileUtils.mv(name, self) }
  end

  def install_symlink(paths)
    mkpath
    raise "nothing to link" if paths.empty?
    paths.each { |path| FileUtils.ln_s(Pathname(path).relative_path_from(self), self) }
  end
end

class Formula
  class << self
    attr_reader :tested, :said

    %i[desc homepage version license url sha256 depends_on].each do |word|
      define_method(word) { |*values| (@said ||= Hash.new { |h, k| h[k] = [] })[word].push(*values) }
    end

    def test(&block)
      @tested = block
    end

    def inherited(formula)
      super
      @made = formula
    end
    attr_reader :made
  end

  def prefix = Pathname(KEG)
  def bin = prefix/"bin"
  def libexec = prefix/"libexec"
  def testpath = Pathname(Dir.pwd)

  def system(*words)
    Kernel.system(*words.map(&:to_s)) or raise "failed: #{words}"
  end

  def shell_output(line)
    text = `#{line}`
    raise "failed: #{line}" unless $?.success?
    text
  end

  def assert_equal(wanted, found)
    raise "#{found.inspect} in place of #{wanted.inspect}" unless wanted == found
  end
end

load FORMULA
formula = Formula.made
%i[desc homepage version license url sha256].each { |word| raise "no #{word}" if formula.said[word].empty? }
made = formula.new
Dir.chdir(SOURCE) { made.install }
Dir.mktmpdir { |folder| Dir.chdir(folder) { made.instance_eval(&formula.tested) } }
