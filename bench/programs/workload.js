// JavaScript of several kinds for an interpreter: objects with prototypes, strings, regular expressions, JSON, closures,
// sorting, number crunching. Arguments: SEED ROUNDS.
var state = Number(scriptArgs[0]);

function random(limit) {
    state = (state * 16807) % 2147483647;
    return state % limit;
}

function Shape(name) {
    this.name = name;
}
Shape.prototype.area = function () {
    return 0;
};

function Square(side) {
    Shape.call(this, "square");
    this.side = side;
}
Square.prototype = Object.create(Shape.prototype);
Square.prototype.area = function () {
    return this.side * this.side;
};

function Circle(radius) {
    Shape.call(this, "circle");
    this.radius = radius;
}
Circle.prototype = Object.create(Shape.prototype);
Circle.prototype.area = function () {
    return Math.PI * this.radius * this.radius;
};

function objects() {
    var shapes = [], sum = 0;
    for (var i = 0; i < 400; i++) shapes.push(random(3) === 0 ? new Circle(random(10)) : new Square(random(10)));
    for (var round = 0; round < 20; round++)
        for (var i = 0; i < shapes.length; i++) sum += shapes[i].area();
    return Math.floor(sum);
}

function strings() {
    var counts = {}, words = [];
    for (var i = 0; i < 600; i++) {
        var word = "";
        for (var j = 2 + random(5); j > 0; j--) word += String.fromCharCode(97 + random(26));
        words.push(word);
    }
    words.join(" ").split(/[aeiou ]+/).forEach(function (part) {
        counts[part] = (counts[part] || 0) + 1;
    });
    return Object.keys(counts).sort().slice(0, 5).join(",") + words.join("").replace(/([b-d])([x-z])/g, "$2$1").length;
}

function json() {
    var tree = function (depth) {
        return depth === 0 ? random(1000) : { left: tree(depth - 1), right: tree(depth - 1), tag: "n" + random(50) };
    };
    var text = JSON.stringify(tree(7));
    var sum = function (node) {
        return typeof node === "number" ? node : sum(node.left) + sum(node.right) + node.tag.length;
    };
    return sum(JSON.parse(text));
}

function sieve() {
    var composite = [], count = 0, limit = 3000 + random(2000);
    for (var i = 2; i < limit; i++) {
        if (composite[i]) continue;
        count++;
        for (var j = i * i; j < limit; j += i) composite[j] = true;
    }
    return count;
}

function sorting() {
    var numbers = [];
    for (var i = 0; i < 500; i++) numbers.push(random(10000));
    numbers.sort(function (a, b) {
        return a - b;
    });
    return numbers[250];
}

function matrix() {
    var size = 16, a = [], sum = 0;
    for (var i = 0; i < size * size; i++) a[i] = random(100) / 7;
    for (var i = 0; i < size; i++)
        for (var j = 0; j < size; j++) {
            var dot = 0;
            for (var k = 0; k < size; k++) dot += a[i * size + k] * a[k * size + j];
            sum += (dot | 0) ^ (i << 3);
        }
    return sum;
}

var parts = [objects, strings, json, sieve, sorting, matrix];
for (var round = 0; round < Number(scriptArgs[1]); round++)
    for (var i = 0; i < parts.length; i++) {
        var result = parts[i]();
        if (round % 10 === 0) print(round, i, result);
    }
