-- A little of everything that scripts do. Arguments: seed, size. Training and test take other seeds and sizes.
local seed, size = tonumber(arg and arg[1]) or 1, tonumber(arg and arg[2]) or 1

local state = seed
local function random(limit)
  state = (state * 1103515245 + 12345) % 2147483648
  return state // 65536 % limit
end

local function words(count)
  local list = {}
  for i = 1, count do
    local letters = {}
    for j = 1, 3 + random(6) do letters[j] = string.char(97 + random(26)) end
    list[i] = table.concat(letters)
  end
  return list
end

local function count_words(text)
  local counts = {}
  for word in text:gmatch("%a+") do counts[word] = (counts[word] or 0) + 1 end
  local names = {}
  for name in pairs(counts) do names[#names + 1] = name end
  table.sort(names, function(a, b)
    if counts[a] ~= counts[b] then return counts[a] > counts[b] end
    return a < b
  end)
  return names[1], counts[names[1]], #names
end

local Shape = {}
Shape.__index = Shape
function Shape.new(width, height) return setmetatable({width = width, height = height}, Shape) end
function Shape:area() return self.width * self.height end
local Round = setmetatable({}, {__index = Shape})
Round.__index = Round
function Round:area() return self.width * self.width * 3 end

local function shapes(count)
  local list, sum = {}, 0
  for i = 1, count do
    list[i] = Shape.new(random(10), random(10))
    if i % 3 == 0 then setmetatable(list[i], Round) end
  end
  for round = 1, 12 do
    for i = 1, count do sum = sum + list[i]:area() end
  end
  return sum
end

local function sieve(limit)
  local composite, count = {}, 0
  for i = 2, limit do
    if not composite[i] then
      count = count + 1
      for j = i * i, limit, i do composite[j] = true end
    end
  end
  return count
end

local function fib(n) if n < 2 then return n end return fib(n - 1) + fib(n - 2) end

local function bodies(steps)
  local x, y, vx, vy = 1.0, 0.0, 0.0, 0.8
  for _ = 1, steps do
    local distance = (x * x + y * y) ^ 1.5
    vx, vy = vx - x / distance * 0.001, vy - y / distance * 0.001
    x, y = x + vx * 0.001, y + vy * 0.001
  end
  return string.format("%.6f %.6f", x, y)
end

local function encode(value, out)
  local kind = type(value)
  if kind == "table" then
    out[#out + 1] = "{"
    for i, item in ipairs(value) do
      if i > 1 then out[#out + 1] = "," end
      encode(item, out)
    end
    out[#out + 1] = "}"
  elseif kind == "string" then
    out[#out + 1] = ("%q"):format(value)
  else
    out[#out + 1] = tostring(value)
  end
end

for round = 1, 6 * size do
  local list = words(9000)
  local text = table.concat(list, " ")
  print(count_words(text), #text:gsub("[aeiou]", "*"), text:find("zzz", 1, true))
  print(shapes(12000), sieve(120000), fib(24), bodies(150000))
  local tree = {}
  for i = 1, 3000 do tree[i] = {i, list[i], {i * 0.5, i % 2 == 0}} end
  local out = {}
  encode(tree, out)
  print(#table.concat(out))
  local step = coroutine.wrap(function() for i = 1, 40000 do coroutine.yield(i) end return 0 end)
  local sum = 0
  while true do
    local i = step()
    if i == 0 then break end
    sum = sum + i
  end
  print(sum)
end
